"""The one list of reason codes: what a feature family is called in the model, the bundle and the public API."""

from enum import StrEnum


class ReasonCode(StrEnum):
    """The closed list of reasons: each is the part of a score that one family of features adds."""

    LIKED_SIMILAR = "liked_similar"  # people who liked what you liked also liked this
    TASTE_GENRE = "taste_genre"
    TASTE_CONTENT = "taste_content"  # director, keywords, cast
    POPULAR = "popular"
    TRENDING = "trending"
    WELL_RATED = "well_rated"
    ERA = "era"  # release year, against the years of the movies the user rated
    RUNTIME = "runtime"
    PROFILE = "profile"  # what kind of rater you are
    CO_RATED = "co_rated"  # similar movies: liked by the same people
    SAME_CONTENT = "same_content"  # similar movies: genres, director, keywords
