"""What the ranker must beat: single models over the whole catalogue, from the same retrieval and the same time."""

from collections.abc import Mapping

import numpy as np

from marquee.arrays import Float32Array
from marquee.features.describe import Described
from marquee.retrieval.sources import Source
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

TITLES = {
    "popularity": "popularity",
    "decayed_popularity": "decayed popularity",
    "item_knn": "ItemKNN",
    "rp3beta": "RP3beta",
    "ease": "EASE",
}
"""Each baseline's name in sentences and tables, by the one in reports."""
NAMES = tuple(TITLES)


def best_rows(known: Described | None, movies: MovieState, *, k: int) -> Mapping[str, RowArray]:
    """The first k unrated catalogue rows of each baseline; ties, such as movies without a score, by popularity.

    Args:
        known: None for a user without a rating of a movie in the catalogue, of whom the last three know nothing.
    """
    no_score = np.zeros(len(movies.catalog), np.float32)
    models = (
        no_score if known is None else known.retrieved.scores(source)
        for source in (Source.ITEM_KNN, Source.RP3BETA, Source.EASE)
    )
    rated_rows = np.empty(0, np.intp) if known is None else known.history.row
    scores = (movies.log_count, movies.decayed, *models)
    return {name: _best(score, movies, rated_rows, k) for name, score in zip(NAMES, scores, strict=True)}


def _best(score: Float32Array, movies: MovieState, rated_rows: RowArray, k: int) -> RowArray:
    """The first k rows, best first, the rated ones last."""
    open_score = score.astype(np.float64)
    open_score[rated_rows] = -np.inf
    rows = np.arange(len(score))
    if k < len(score):  # sort those alone that can be among them
        rows = np.flatnonzero(open_score >= np.partition(open_score, -k)[-k])
    order: RowArray = rows[np.lexsort((-movies.prior[rows], -open_score[rows]))][:k]
    return order
