"""Retrieval: item-to-item models, one per file, fitted together into a FittedRetrieval that a history queries."""
