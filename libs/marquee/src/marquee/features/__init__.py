"""Features, one family per file: pure functions of the stores' state, which trainer and ranker share."""
