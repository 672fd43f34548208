"""How different the movies of a list are from each other."""

import numpy as np
from scipy import sparse

from marquee.arrays import FloatArray
from trainer.shown import length


def intra_list_diversity(is_in: sparse.csr_array, terms: sparse.csr_array) -> FloatArray:
    """1 minus the mean cosine of all pairs of movies in a list.

    Args:
        is_in: (l, n) as of `membership`.
        terms: (n, t) of length 1 or 0: the tf-idf of content retrieval (genres, years, and what TMDB adds). A movie of
            which nothing is known is like no other one.
    Returns:
        (l,) float64, 0 to 1; NaN for a list of fewer than two movies.
    Source: Ziegler et al., "Improving recommendation lists through topic diversification", WWW 2005; as an average
        distance as in Vargas and Castells, RecSys 2011.
    """
    count = length(is_in)
    summed = is_in @ terms.astype(np.float64)
    own = is_in @ _squares(terms)
    crossed = _squares(summed) - own  # of all ordered pairs of different movies
    pairs = count * (count - 1.0)
    alike: FloatArray = np.divide(crossed, pairs, out=np.full(len(count), np.nan), where=pairs > 0)
    return 1 - alike


def _squares(matrix: sparse.csr_array) -> FloatArray:
    """Squared length of each row."""
    return np.asarray(matrix.multiply(matrix).sum(axis=1), np.float64).ravel()
