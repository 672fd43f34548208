"""The public API: search, rank, movie detail, users, ratings."""
