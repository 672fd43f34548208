"""Blending: several people's scores of the same movies, made comparable and put together. Pure maths."""

import numpy as np

from marquee.arrays import BoolArray, FloatArray
from marquee.contracts.rank_request import Blend
from marquee.state.movie_table import RowArray


def strengths(score: FloatArray, is_found: BoolArray) -> FloatArray:
    """How strongly each person wants each movie, comparable between people: the place of its score among the found.

    The scores of two people are not on one scale: the ranker learns the order of one person's movies. Places are: the
    strength is the share of the found movies that the person's score does not put before this one, so that for
    everybody the best has 1, and all strengths between are taken equally often. It never falls with the score.
    Averaging places is the Borda count, their minimum is least misery (Baltrunas et al. 2010).

    Args:
        score: (p, m) of p people. is_found: (m,) the movies that retrieval found for any of them; others, which fill
            up a list, are compared with these alone.
    Returns:
        (p, m) in [0, 1]; 1 everywhere if none is found.
    """
    count = int(is_found.sum())
    if not count:
        return np.ones_like(score)
    found = np.sort(score[:, is_found], axis=1)
    return np.stack([np.searchsorted(own, row, side="right") / count for own, row in zip(found, score, strict=True)])


def blended(strength: FloatArray, blend: Blend) -> FloatArray:
    """(m,) one score per movie from (p, m) strengths: everybody's mean, or that of the least satisfied person."""
    if blend is Blend.MIN:
        least: FloatArray = strength.min(axis=0)
        return least
    mean: FloatArray = np.sort(strength, axis=0).mean(axis=0)  # sorted: the same sum in whatever order people are given
    return mean


def best_first(strength: FloatArray, blend: Blend, is_found: BoolArray, prior: FloatArray) -> RowArray:
    """(m,) positions by blended strength, ties by the other blend, then by popularity.

    Movies that fill up a list come last, by popularity alone, so that a list is the beginning of every longer one.

    Args:
        prior: (m,) popularity, all distinct.
    """
    other = Blend.MEAN if blend is Blend.MIN else Blend.MIN
    first, second = (np.where(is_found, blended(strength, each), 0) for each in (blend, other))
    order: RowArray = np.lexsort((-prior, -second, -first, ~is_found))
    return order
