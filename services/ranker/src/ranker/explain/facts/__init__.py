"""What can be told: facts of the movies, of a user and of two movies alike, each checked before it is offered."""
