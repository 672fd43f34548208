"""Sources: what each retrieval model, content and popularity score every movie with, for one user."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy import sparse

from marquee.arrays import BoolArray, Float32Array, Int32Array
from marquee.retrieval.fitted import FittedRetrieval, Link, scores_of
from marquee.retrieval.history import History, Query
from marquee.sparse import columns_of, rows_of, transposed_product, unchecked_csr
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray


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
"""The item-to-item sources: which model each asks, and with which weighting of the history."""


SPARSE_SHARE = 0.25
"""A history's links, as a share of all columns, up to which it is worth leaving the empty columns out."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the sources score the movies with.

    A history links to few of the movies, so what the item-to-item models say is kept for the linked ones alone: the
    work of a request follows the history, not the catalogue.

    Attributes:
        recent: the h newest ratings, which it was queried with. weights: (h, len(Query)) theirs.
        column: (u,) int32, ascending: columns of `FittedRetrieval.links`, among them all in which a rated movie has a
            link; of a history with more than a few links for the catalogue it is all of them.
        links: (h, u) float32 CSR, the rated movies' rows of `FittedRetrieval.links`, of which these columns.
        signals: (len(Query), u) float32, every query's sum over the links; 0 in all other columns.
        profiles: (n_terms, len(Query)) float32, what the history is made of, by every query.
        content, popular, trending: (n,) float32, what the other sources score every movie with.
        n_linked: movies that the item-to-item models know, see `FittedRetrieval`.
    """

    recent: History
    weights: Float32Array
    column: Int32Array
    links: sparse.csr_array
    signals: Float32Array
    profiles: Float32Array
    content: Float32Array
    popular: Float32Array
    trending: Float32Array
    n_linked: int

    @property
    def n_movies(self) -> int:
        """Movies of the catalogue."""
        return len(self.content)

    def linked(self, source: Source) -> tuple[Int32Array, Float32Array]:
        """(r,) catalogue rows, ascending, and their scores by an item-to-item source: 0 and below for all others."""
        link, query = LINK_QUERY[source]
        first, end = np.searchsorted(self.column, np.array([link, link + 1], np.int32) * np.int32(self.n_linked))
        return self.column[first:end] - np.int32(link * self.n_linked), self.signals[query, first:end]

    def scores(self, source: Source) -> Float32Array:
        """(n,) the scores of all movies by one source; 0 and below is no recommendation."""
        match source:
            case Source.CONTENT:
                return self.content
            case Source.POPULAR:
                return self.popular
            case Source.TRENDING:
                return self.trending
            case _:
                rows, linked = self.linked(source)
                scores = np.zeros(self.n_movies, np.float32)
                scores[rows] = linked
                return scores

    def signals_of(self, rows: RowArray) -> Float32Array:
        """(len(Query), len(Link), m) float32, every query on every model for these rows; most are features only."""
        at, is_linked = self._columns_of(rows)
        signals = np.zeros((len(Query), len(is_linked)), np.float32)
        signals[:, is_linked] = self.signals[:, at]
        return signals.reshape(len(Query), len(Link), len(rows))

    def links_to(self, rows: RowArray) -> sparse.csr_array:
        """(h, len(Link) * m) CSR, of all that the h rated movies say what they say of the m in `rows`, ascending."""
        at, is_linked = self._columns_of(rows)
        found = columns_of(self.links, at)
        column = np.flatnonzero(is_linked).astype(found.indptr.dtype)[found.indices]
        return unchecked_csr(found.data, column, found.indptr, (found.shape[0], len(is_linked)))

    def _columns_of(self, rows: RowArray) -> tuple[RowArray, BoolArray]:
        """Where the columns of these rows are in `column`, and (len(Link) * m,) which of them are there."""
        wanted = (np.arange(len(Link))[:, None] * self.n_linked + rows).ravel()
        is_linked = np.tile(rows < self.n_linked, len(Link))
        if len(self.column) == len(Link) * self.n_linked:
            return wanted[is_linked], is_linked
        at = np.searchsorted(self.column, wanted.astype(np.int32))
        is_linked &= at < len(self.column)
        is_linked[is_linked] = self.column[at[is_linked]] == wanted[is_linked]
        return at[is_linked], is_linked


def retrieve(retrieval: FittedRetrieval, movies: MovieState, history: History) -> Retrieved:
    """Score the movies by every source. Without a history only the popular and trending ones score above 0."""
    recent = history.recent
    weights = recent.weights()
    column, links = _linked(retrieval, recent.row)
    profiles = transposed_product(rows_of(retrieval.terms, recent.row), weights)
    return Retrieved(
        recent=recent,
        weights=weights,
        column=column,
        links=links,
        signals=scores_of(links, weights),
        profiles=profiles,
        content=retrieval.terms @ np.ascontiguousarray(profiles[:, Query.TASTE]),
        popular=movies.decayed,
        trending=movies.decayed_fast,
        n_linked=retrieval.n_linked,
    )


def _linked(retrieval: FittedRetrieval, rows: RowArray) -> tuple[Int32Array, sparse.csr_array]:
    """Columns, ascending, that hold all entries of these rows, and the rows with these columns alone."""
    found = retrieval.links_of(rows)
    n_columns = found.shape[1]
    if found.nnz > SPARSE_SHARE * n_columns:
        return np.arange(n_columns, dtype=np.int32), found
    is_linked = np.zeros(n_columns, bool)
    is_linked[found.indices] = True
    column = np.flatnonzero(is_linked).astype(np.int32)
    place = np.empty(n_columns, found.indptr.dtype)  # of the other columns nothing is written or read
    place[column] = np.arange(len(column))
    return column, unchecked_csr(found.data, place[found.indices], found.indptr, (len(rows), len(column)))


def link_scores(signals: Float32Array) -> Float32Array:
    """The item-to-item sources' scores, (..., len(LINK_QUERY), m), among signals, (..., len(Query), len(Link), m)."""
    return np.stack([signals[..., query, link, :] for link, query in LINK_QUERY.values()], axis=-2)
