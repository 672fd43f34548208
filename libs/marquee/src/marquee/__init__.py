"""What Marquee's services share: contracts, the Kafka loop, the Redis store, retrieval and feature maths."""
