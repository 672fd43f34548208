"""The cold rung, for a user without ratings: what was popular lately, diverse by genre."""

import numpy as np

from marquee.arrays import BoolArray, FloatArray
from marquee.retrieval.candidates import first_open
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

POOL = 1_000
"""Most popular movies that the list is chosen from."""
REPEAT = 0.08
"""What a picked movie costs the others of its genres, as a share of the best popularity: more mixes genres more."""


def popular_and_diverse(movies: MovieState, is_open: BoolArray, *, k: int) -> tuple[RowArray, FloatArray]:
    """Pick movies one by one, the most popular first; a movie counts for less the more of its genres are picked.

    Args:
        is_open: (n,) bool, the catalogue rows that may be picked.
    Returns:
        (rows, scores) of k movies, or of all that are open; scores never rise.
    """
    pool = first_open(movies.by_prior, is_open, count=max(POOL, k))
    worth = popularity(movies, pool)
    genres = movies.catalog.genres[pool].astype(np.float64)
    genres /= np.maximum(genres.sum(axis=1, keepdims=True), 1)
    cost = np.zeros(len(pool))
    chosen, scores = [], []
    for _ in range(min(k, len(pool))):
        at = int(np.argmax(worth - cost))
        chosen.append(at)
        scores.append(worth[at] - cost[at])
        cost += REPEAT * (genres @ genres[at])
        worth[at] = -np.inf
    return pool[np.array(chosen, np.intp)], np.array(scores)


def popularity(movies: MovieState, rows: RowArray) -> FloatArray:
    """(m,) log of the likes that have not faded yet, as a share of the most popular row's; all distinct."""
    worth = np.log1p(movies.decayed[rows].astype(np.float64))
    scaled: FloatArray = worth / max(float(worth.max(initial=0)), 1e-9) + movies.prior[rows] * 1e-3
    return scaled
