"""Turns events into the online store (Redis) and the offline log (Parquet)."""
