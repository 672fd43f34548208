"""Kafka: clients with one set of options, the publisher, the consuming loop, topic views, the broker watch."""
