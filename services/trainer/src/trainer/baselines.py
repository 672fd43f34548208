"""What the ranker must beat: single models over the whole catalogue, from the same snapshot and the same time."""

from collections.abc import Mapping

import numpy as np

from marquee.arrays import Float32Array
from marquee.retrieval.candidates import Retrieved, Source
from marquee.retrieval.history import History
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

NAMES = ("popularity", "decayed_popularity", "rp3beta", "ease")


def best_rows(retrieved: Retrieved, block: MovieState, history: History, *, k: int) -> Mapping[str, RowArray]:
    """The first k unseen rows of each baseline; ties, such as movies without a score, by popularity."""
    scores = (
        block.log_count,
        retrieved.scores[Source.POPULAR],
        retrieved.scores[Source.RP3BETA],
        retrieved.scores[Source.EASE],
    )
    return {name: _best(score, block, history, k) for name, score in zip(NAMES, scores, strict=True)}


def _best(score: Float32Array, block: MovieState, history: History, k: int) -> RowArray:
    open_score = score.astype(np.float64)
    open_score[history.row] = -np.inf
    order: RowArray = np.lexsort((-block.prior, -open_score))
    return order[:k]
