"""Similar movies: the feature matrix of a movie and each of its candidates, one module per family."""
