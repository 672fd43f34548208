"""Rankings that are kept for their next pages."""
