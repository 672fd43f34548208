"""Trains, evaluates, gates and publishes the ranking model."""
