"""Feature maths, one family a file: pure functions of the stores' state and `now`; trainer and ranker call the same."""
