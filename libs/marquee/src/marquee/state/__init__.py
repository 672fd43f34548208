"""What is known of ratings and movies at one time, as arrays. Pure: no clock, no store."""
