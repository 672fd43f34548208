"""Candidates: the best movies of every retrieval source for one user, with the scores and ranks each source gave."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, IntArray
from marquee.retrieval.config import DEFAULTS
from marquee.retrieval.fitted import FittedRetrieval, Link, scores_of
from marquee.retrieval.history import History, Query
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

TIE = 1e-9
"""How little popularity weighs where two scores are equal; float32 scores differ by more or not at all."""


class Source(IntEnum):
    """Where a candidate may come from, in the order of the arrays."""

    EASE = 0
    EASE_ALL = 1
    ITEM_KNN = 2
    RP3BETA = 3
    TRANSITIONS = 4
    CONTENT = 5
    POPULAR = 6
    TRENDING = 7


LINK_QUERY = {
    Source.EASE: (Link.EASE, Query.TASTE),
    Source.EASE_ALL: (Link.EASE_ALL, Query.TASTE),
    Source.ITEM_KNN: (Link.ITEM_KNN, Query.TASTE),
    Source.RP3BETA: (Link.RP3BETA, Query.TASTE),
    Source.TRANSITIONS: (Link.TRANSITIONS, Query.LAST),
}


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the sources say of every movie.

    Attributes:
        scores: (len(Source), n) float32.
        signals: (len(Query), len(Link), n) float32, every query on every model; most are features only.
        profiles: (n_terms, len(Query)) float32, what the history is made of, by every query.
    """

    scores: Float32Array
    signals: Float32Array
    profiles: Float32Array


@dataclass(frozen=True, slots=True)
class Candidates:
    """The union of the sources' best.

    Attributes:
        row: (m,) intp, ascending.
        rank: (len(Source), m) int64 from 0 within a source's best, -1 where the source did not choose the movie.
    """

    row: RowArray
    rank: IntArray

    def __len__(self) -> int:
        return len(self.row)

    def sources(self, at: int) -> tuple[str, ...]:
        """Names of the sources that chose one candidate."""
        return tuple(source.name.lower() for source in Source if self.rank[source, at] >= 0)


def retrieve(retrieval: FittedRetrieval, movies: MovieState, history: History) -> Retrieved:
    """Score all movies by every source."""
    n = retrieval.n_movies
    recent = history.recent
    weights = recent.weights()
    signals = scores_of(retrieval.links[recent.row], weights).reshape(len(Query), len(Link), n)
    scores = np.empty((len(Source), n), np.float32)
    for source, (link, query) in LINK_QUERY.items():
        scores[source] = signals[query, link]
    profiles: Float32Array = retrieval.terms[recent.row].T @ weights
    scores[Source.CONTENT] = retrieval.terms @ np.ascontiguousarray(profiles[:, Query.TASTE])
    scores[Source.POPULAR] = movies.decayed
    scores[Source.TRENDING] = movies.decayed_fast
    return Retrieved(scores, signals, profiles)


def choose(
    retrieved: Retrieved,
    movies: MovieState,
    left_out: RowArray,
    *,
    per_source: int = DEFAULTS.per_source,
    allowed: BoolArray | None = None,
    at_least: int = 0,
) -> Candidates:
    """Union of the best `per_source` of each source among the open movies; scores of 0 and below do not count.

    Args:
        left_out: rows that may not be chosen: the user rated them, or the request excludes them.
        per_source: larger lists reach more of what will be liked, and cost the ranker as much more time.
        allowed: (n,) bool, a filter; a movie that is not released yet is never chosen.
        at_least: fill up with the most popular others, which then have no source, while the catalogue has any.
    """
    is_open = movies.is_released.copy() if allowed is None else movies.is_released & allowed
    is_open[left_out] = False
    rows, ranks = [], []
    for source in Source:
        best = _best(retrieved.scores[source], movies.prior, is_open, per_source)
        rows.append(best)
        ranks.append(np.arange(len(best)))
    union = np.unique(np.concatenate(rows))
    if len(union) < at_least:
        is_open[union] = False
        others = np.flatnonzero(is_open)
        others = others[np.argsort(-movies.prior[others])[: at_least - len(union)]]
        union = np.sort(np.concatenate([union, others]))
    rank = np.full((len(Source), len(union)), -1, np.int64)
    for source in Source:
        rank[source, np.searchsorted(union, rows[source])] = ranks[source]
    return Candidates(union, rank)


def _best(scores: Float32Array, prior: FloatArray, is_open: BoolArray, count: int) -> RowArray:
    """Rows of the highest positive scores, best first; ties by popularity."""
    rows = np.flatnonzero((scores > 0) & is_open)
    if not len(rows):
        return rows
    value = scores[rows].astype(np.float64)
    value += prior[rows] * (TIE * float(value.max()))
    if len(rows) > count:
        kept = np.argpartition(-value, count - 1)[:count]
        rows, value = rows[kept], value[kept]
    return rows[np.argsort(-value, kind="stable")]
