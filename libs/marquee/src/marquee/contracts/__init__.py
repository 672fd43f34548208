"""What several services agree on: events, topics, Redis keys and public bodies. Each stands here once."""
