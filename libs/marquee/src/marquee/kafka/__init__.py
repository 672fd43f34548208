"""Kafka: clients with one set of options, the publisher, the consuming loop, the broker watch."""
