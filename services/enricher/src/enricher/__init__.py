"""Looks up listed movies at TMDB or in a snapshot file, and publishes what it finds."""
