"""The cold rung: popular lately and diverse by genre, for a user nobody has seen."""

import numpy as np

from marquee.arrays import BoolArray, FloatArray
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

POOL = 1_000
REPEAT = 0.08
"""What a movie of the same genres that stands in the list already costs, as a share of the best popularity."""


def popular_and_diverse(movies: MovieState, is_open: BoolArray, *, k: int) -> tuple[RowArray, FloatArray]:
    """Pick one by one the most popular movie, less the more its genres are in the list already.

    Returns:
        (rows, scores), k of them or all that are open; scores never rise.
    """
    rows = np.flatnonzero(is_open)
    rows = rows[np.lexsort((-movies.prior[rows], -movies.decayed[rows]))]
    pool = rows[: max(POOL, k)]
    worth = np.log1p(movies.decayed[pool].astype(np.float64))
    worth = worth / max(float(worth.max(initial=0)), 1e-9) + movies.prior[pool] * 1e-3
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
