"""How little known the movies of a list are, and how far a list lies above its user's taste in popularity."""

import numpy as np
from scipy import sparse

from marquee.arrays import FloatArray
from marquee.state.movie_state import MovieState
from trainer.shown import mean_of_lists


def information(movies: MovieState) -> FloatArray:
    """(n,) bits: -log2 of each movie's share of all ratings, each movie counted once more than it was rated.

    Without that one more, a movie that nobody has rated would be infinitely novel.
    """
    counted = movies.count + 1.0
    return -np.log2(counted / max(float(counted.sum()), 1.0))


def novelty(is_in: sparse.csr_array, movies: MovieState) -> FloatArray:
    """Mean information of each list's movies, in bits. Larger: less known movies.

    Args:
        is_in: (l, n) as of `membership`.
    Returns:
        (l,) float64; NaN for an empty list.
    Source: Vargas and Castells, "Rank and relevance in novelty and diversity metrics for recommender systems",
        RecSys 2011: expected free discovery, without discounts of rank or relevance.
    """
    return mean_of_lists(is_in, information(movies))


def popularity_lift(is_in: sparse.csr_array, liked: sparse.csr_array, movies: MovieState) -> FloatArray:
    """Mean popularity percentile of each list, minus that of the movies its user had liked before.

    Above 0: the list is more popular than the user's taste.

    Args:
        is_in: (l, n) as of `membership`. liked: (l, n) likewise.
    Returns:
        (l,) float64, -1 to 1; NaN for an empty list, or a user without a like.
    Source: Abdollahpouri et al., "The unfairness of popularity bias in recommendation", RMSE at RecSys 2019: group
        average popularity, here of each user, and as a difference in place of a ratio.
    """
    return mean_of_lists(is_in, movies.prior) - mean_of_lists(liked, movies.prior)
