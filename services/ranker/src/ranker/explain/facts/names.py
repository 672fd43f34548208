"""The people and themes of the movies by name, and which of them two movies share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array
from marquee.retrieval.fitted import FittedRetrieval
from marquee.state.movie_table import MovieTable, RowArray

MAX_NAMES = 2
"""People or keywords named in one sentence, at most."""
KINDS = ("director", "cast", "keyword")
NO_THEMES = frozenset({"aftercreditsstinger", "duringcreditsstinger", "woman director", "based on novel or book"})
"""Keywords of TMDB that say nothing of what a movie is about: they are never named."""


@dataclass(frozen=True)
class Names:
    """Directors, cast and keywords that at least two movies have, as one column each. Empty without their names.

    Attributes:
        name, kind: (t,) of the columns. is_told: (t,) whether a sentence may name it.
        start: (n + 1,) where each movie's columns start in `column` and `weight`, their tf-idf.
        directed: by director the rows of their movies.
    """

    name: tuple[str, ...]
    kind: tuple[str, ...]
    is_told: BoolArray
    start: RowArray
    column: RowArray
    weight: Float32Array
    directed: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, retrieval: FittedRetrieval, catalog: MovieTable) -> Self:
        """From the terms of a bundle's retrieval."""
        terms, names = retrieval.terms, retrieval.term_names
        named = np.array([kind in KINDS for kind, _ in names] + [False] * (terms.shape[1] - len(names)), bool)
        kept = named[terms.indices]
        row = np.repeat(np.arange(terms.shape[0]), np.diff(terms.indptr))[kept]
        start = np.searchsorted(row, np.arange(terms.shape[0] + 1))
        place = np.cumsum(named) - 1
        kinds, labels = zip(*(term for term in names if term[0] in KINDS), strict=True) if named.any() else ((), ())
        directed: dict[str, list[int]] = {}
        for at, directors in enumerate(catalog.directors):
            for name in directors:
                directed.setdefault(name, []).append(at)
        return cls(
            name=labels,
            kind=kinds,
            is_told=np.array([label.casefold() not in NO_THEMES for label in labels], bool),
            start=start,
            column=place[terms.indices[kept]],
            weight=terms.data[kept],
            directed=directed,
        )

    @cached_property
    def _start(self) -> list[int]:
        starts: list[int] = self.start.tolist()
        return starts

    @cached_property
    def _column(self) -> list[int]:
        columns: list[int] = self.column.tolist()
        return columns

    @cached_property
    def _weight(self) -> list[float]:
        weights: list[float] = self.weight.tolist()
        return weights

    @cached_property
    def _told(self) -> tuple[list[int], list[int], list[float]]:
        """`start`, `column` and `weight` of the names alone that a sentence may name."""
        kept = self.is_told[self.column]
        count = np.concatenate([[0], np.cumsum(kept)])
        return count[self.start].tolist(), self.column[kept].tolist(), self.weight[kept].tolist()

    def of_movie(self, row: int) -> list[int]:
        """Columns of a movie."""
        return self._column[self._start[row] : self._start[row + 1]]

    def shared(self, row: int, other: int, muted: frozenset[str]) -> dict[str, list[str]]:
        """By kind up to MAX_NAMES names that two movies share, the rarest first; muted ones (casefolded) left out."""
        found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        column, start, weight = self._column, self._start, self._weight
        theirs = set(column[start[other] : start[other + 1]])
        both = [at for at in range(start[row], start[row + 1]) if column[at] in theirs]
        both.sort(key=lambda at: -weight[at])
        for at in both:
            name, names = self.name[column[at]], found[self.kind[column[at]]]
            if len(names) < MAX_NAMES and self.is_told[column[at]] and name.casefold() not in muted:
                names.append(name)
        return found

    def nearest(self, rows: Sequence[int], others: Sequence[int], *, count: int) -> list[list[int]]:
        """For each movie the places of the `count` others nearest to it, the nearest first; of equal ones the first.

        How near two are is the sum over the told names that they share of the products of their weights; who shares
        none is not near. Few share any, so each name's holders are looked up instead of multiplying all with all.
        """
        start, column, weight = self._told
        found: list[dict[int, float]] = [{} for _ in rows]
        holders: dict[int, list[tuple[dict[int, float], float]]] = {}
        for near, row in zip(found, rows, strict=True):
            for at in range(start[row], start[row + 1]):
                holders.setdefault(column[at], []).append((near, weight[at]))
        for place, other in enumerate(others):
            for at in range(start[other], start[other + 1]):
                for near, mine in holders.get(column[at], ()):
                    near[place] = near.get(place, 0.0) + mine * weight[at]
        return [sorted(near, key=near.__getitem__, reverse=True)[:count] for near in found]
