"""What every service speaks over HTTP, and how it runs: request ids, problems, limits, operations."""
