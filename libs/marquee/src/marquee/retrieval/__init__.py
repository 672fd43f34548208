"""Retrieval: item-based models, one a file, fitted together into a Snapshot and queried with a user's history."""
