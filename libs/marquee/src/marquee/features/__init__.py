"""Feature maths, one family a file: pure functions of the stores' state and `now`, called alike by trainer and ranker."""
