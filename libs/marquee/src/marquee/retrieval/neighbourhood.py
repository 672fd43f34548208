"""What every item-to-item source says of one movie's neighbours, looked up once for candidates, sum and features."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, IntArray, entries_of
from marquee.retrieval.candidates import best
from marquee.retrieval.fitted import FittedRetrieval, Link
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

KINDS = ("cast", "director", "genre", "keyword", "years")
"""What a movie is made of, in the order of the terms' columns."""


@dataclass(frozen=True)
class Linked:
    """A movie's neighbours by one model.

    Attributes:
        row: (l,) intp, ascending. weight: (l,) float32.
    """

    row: RowArray
    weight: Float32Array

    @cached_property
    def best(self) -> float:
        """The largest weight, 0 if none is above 0."""
        return float(self.weight.max(initial=0))

    @cached_property
    def share(self) -> FloatArray:
        """(l,) the weights as shares of the best, negative ones as 0."""
        return np.maximum(self.weight, 0).astype(np.float64) / (self.best or 1)

    @cached_property
    def rank(self) -> IntArray:
        """(l,) rank from 0 by weight, -1 for a weight that is not above 0; equal weights by row."""
        rank = np.empty(len(self.row), np.int64)
        rank[np.argsort(-self.weight, kind="stable")] = np.arange(len(self.row))
        rank[self.weight <= 0] = -1
        return rank

    def of(self, rows: RowArray) -> tuple[Float32Array, IntArray]:
        """(m,) weight and rank of these movies; 0 and -1 of a movie that is not a neighbour."""
        if not len(self.row):
            return np.zeros(len(rows), np.float32), np.full(len(rows), -1, np.int64)
        at = np.minimum(np.searchsorted(self.row, rows), len(self.row) - 1)
        is_linked = self.row[at] == rows
        return np.where(is_linked, self.weight[at], np.float32(0)), np.where(is_linked, self.rank[at], -1)


@dataclass(frozen=True)
class Neighbourhood:
    """One movie among all others.

    Attributes:
        seed: its catalogue row. linked: its neighbours by each model, in the order of `Link`.
        story: (n,) float32, the cosine of its content to every movie's, 0 to itself.
        made_of: (n_terms,) float32, its own terms.
    """

    retrieval: FittedRetrieval
    seed: int
    linked: tuple[Linked, ...]
    story: Float32Array
    made_of: Float32Array

    @classmethod
    def of(cls, retrieval: FittedRetrieval, seed: int) -> Self:
        """Look up the neighbours of catalogue row `seed`."""
        n, links, terms = retrieval.n_linked, retrieval.links, retrieval.terms
        start, end = (links.indptr[seed], links.indptr[seed + 1]) if seed < n else (0, 0)
        column, weight = links.indices[start:end], links.data[start:end]
        ends = np.searchsorted(column, np.arange(len(Link) + 1, dtype=column.dtype) * column.dtype.type(n)).tolist()
        linked = tuple(
            Linked(column[first:last].astype(np.intp) - link * n, weight[first:last])
            for link, (first, last) in zip(Link, pairwise(ends), strict=True)
        )
        made_of = np.zeros(terms.shape[1], np.float32)
        mine = slice(terms.indptr[seed], terms.indptr[seed + 1])
        made_of[terms.indices[mine]] = terms.data[mine]
        story: Float32Array = terms @ made_of
        story[seed] = 0
        return cls(retrieval, seed, linked, story, made_of)

    @cached_property
    def best_story(self) -> float:
        """The largest cosine."""
        return float(self.story.max(initial=0))

    def candidates(self, movies: MovieState, is_open: BoolArray, *, per_source: int) -> RowArray:
        """Union of the best `per_source` open movies of each model and of the content, ascending.

        Args:
            is_open: (n,) bool, which movies may be chosen; the movie itself never is.
        """
        chosen = [_first(linked, is_open, count=per_source) for linked in self.linked]
        chosen.append(best(np.where(is_open, self.story, 0), movies.prior, count=per_source))
        rows: RowArray = np.unique(np.concatenate(chosen))
        others: RowArray = rows[rows != self.seed]
        return others

    def story_by_kind(self, rows: RowArray) -> Float32Array:
        """(m, len(KINDS)) float32, what the terms of each kind add to the cosine; 0 where terms have no names."""
        terms, names = self.retrieval.terms, self.retrieval.term_names
        if not names:
            return np.zeros((len(rows), len(KINDS)), np.float32)
        starts = [bisect_left(names, (kind, "")) for kind in KINDS]  # the terms are sorted
        at = entries_of(terms.indptr, rows)
        column = terms.indices[at]
        product = terms.data[at] * self.made_of[column]
        shared = np.flatnonzero(product)
        row = np.repeat(np.arange(len(rows)), terms.indptr[rows + 1] - terms.indptr[rows])[shared]
        kind = np.searchsorted(starts, column[shared], side="right") - 1
        found = np.bincount(row * len(KINDS) + kind, product[shared], len(rows) * len(KINDS))
        return found.astype(np.float32).reshape(len(rows), len(KINDS))


def _first(linked: Linked, is_open: BoolArray, *, count: int) -> RowArray:
    """The open movies that a model relates the most to one."""
    open_at = np.flatnonzero(is_open[linked.row] & (linked.rank >= 0))
    if len(open_at) > count:
        open_at = open_at[np.argpartition(linked.rank[open_at], count - 1)[:count]]
    return linked.row[open_at]
