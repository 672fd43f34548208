"""The online store (Redis) and the offline log (Parquet): written from batches of events, read as arrays and copies."""
