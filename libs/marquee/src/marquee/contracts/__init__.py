"""What several services agree on: events, topics, Redis keys and public bodies. Each is defined here once."""
