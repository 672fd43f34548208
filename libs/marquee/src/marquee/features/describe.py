"""The one way from a user's state to the feature matrix, for training, serving and evaluation alike."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from marquee.arrays import BoolArray, Float32Array
from marquee.features.context import RankContext
from marquee.features.movie_features import MovieFeatures
from marquee.features.vector import features
from marquee.retrieval.candidates import Candidates, choose
from marquee.retrieval.fitted import FittedRetrieval
from marquee.retrieval.history import History
from marquee.retrieval.sources import Retrieved, retrieve
from marquee.state.movie_table import RowArray
from marquee.state.ratings import UserState

_NO_ROWS: RowArray = np.empty(0, np.intp)


@dataclass(frozen=True)
class Described:
    """A user's candidates, and the matrix that the ranker scores.

    Attributes:
        context: everything that the matrix is computed from.
    """

    context: RankContext

    @property
    def history(self) -> History:
        return self.context.history

    @property
    def retrieved(self) -> Retrieved:
        return self.context.retrieved

    @property
    def candidates(self) -> Candidates:
        return self.context.candidates

    @cached_property
    def x(self) -> Float32Array:
        """(m, len(SPECS)) float32, one row per candidate; computed when first read."""
        return features(self.context)

    def with_rows(self, rows: RowArray) -> "Described":
        """The same user and candidates, and more movies; these change no candidate's description."""
        return Described(replace(self.context, candidates=self.candidates.with_rows(rows)))


def described(
    retrieval: FittedRetrieval,
    movies: MovieFeatures,
    user: UserState,
    *,
    excluded_rows: RowArray = _NO_ROWS,
    allowed: BoolArray | None = None,
    at_least: int = 0,
) -> Described | None:
    """Retrieve a user's candidates and describe each of them.

    Args:
        retrieval: fitted on the catalogue of `movies`.
        movies: the movies at the time of the request.
        excluded_rows: catalogue rows to leave out besides the rated ones.
        allowed: (n_movies,) bool, a filter over the catalogue's rows.
        at_least: how many candidates to fill up to with the most popular other movies.
    Returns:
        None for a user without a rating of a movie in the catalogue: there is nothing to retrieve with.
    """
    history = History.of(user, movies.state.catalog, retrieval.config)
    if not len(history):
        return None
    retrieved = retrieve(retrieval, movies.state, history)
    left_out = np.concatenate([history.row, excluded_rows])
    candidates = choose(
        retrieved,
        movies.state,
        left_out,
        per_source=retrieval.config.per_source,
        allowed=allowed,
        at_least=at_least,
    )
    return Described(RankContext(retrieval, movies, history, retrieved, candidates))
