"""Whether the genres of a list are in the proportions in which its user likes them."""

import numpy as np
from scipy import sparse

from marquee.arrays import BoolArray, FloatArray

ALPHA = 0.01
"""Share of the user's own proportions that is mixed into those of the list, so that a missing genre costs finitely."""


def genre_shares(genres: BoolArray) -> FloatArray:
    """(n, G) each movie's genres in equal parts, adding up to 1; zeros for a movie without one."""
    count = genres.sum(axis=1, keepdims=True)
    shares: FloatArray = np.divide(genres, count, out=np.zeros(genres.shape), where=count > 0)
    return shares


def genre_divergence(is_in: sparse.csr_array, liked: sparse.csr_array, genres: BoolArray) -> FloatArray:
    """Kullback-Leibler divergence of a list's genres from those of the movies its user had liked, in nats.

    Args:
        is_in: (l, n) as of `membership`. liked: (l, n) likewise.
        genres: (n, G) bool, the catalogue's.
    Returns:
        (l,) float64, 0 or more, 0 where both are in the same proportions. Movies without a genre are left out; NaN
        where none is left.
    Source: Steck, "Calibrated recommendations", RecSys 2018, equation 6, with its alpha and without weights.
    """
    shares = genre_shares(genres)
    wanted, given = (_proportions(these, shares) for these in (liked, is_in))
    mixed = (1 - ALPHA) * given + ALPHA * wanted
    ratio = np.divide(wanted, mixed, out=np.ones(wanted.shape), where=wanted > 0)
    divergence: FloatArray = (wanted * np.log(ratio)).sum(axis=1)
    return divergence


def _proportions(is_in: sparse.csr_array, shares: FloatArray) -> FloatArray:
    """(l, G) adding up to 1; NaN without a genre."""
    summed = np.asarray(is_in @ shares, np.float64)
    total = summed.sum(axis=1, keepdims=True)
    proportions: FloatArray = np.divide(summed, total, out=np.full(summed.shape, np.nan), where=total > 0)
    return proportions
