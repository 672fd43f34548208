"""How a feature's values are distributed: in training, as a bundle keeps it, and in what a ranker really scores.

A list counts once per feature, however long it is: whether the feature has a value in it, and whether that differs
between its movies. So a column that carries nothing is told from a column that has other values for other users.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, IntArray
from marquee.features.vector import NAMES

BINS = 10
"""Quantile bins of a feature; what has no value is counted in one more."""
ROWS = 32
"""Movies of a list that are looked at, evenly spaced over it."""
LEAST_SHARE = 1e-3
"""A bin's share counts as this much at least, so that an empty one has a finite part in the index."""

_ARRAYS = ("edges", "shares", "known", "varies")


@dataclass(frozen=True)
class Distribution:
    """Of every feature in the newest window's training lists.

    Attributes:
        edges: (f, BINS - 1) float32, ascending; a value equal to an edge is in the bin below it.
        shares: (f, BINS + 1) float64, of the rows in each bin; the last one is of rows without a value.
        known: (f,) float64, share of the lists in which the feature has a value.
        varies: (f,) float64, share of the lists whose movies differ in it.
    """

    edges: Float32Array
    shares: FloatArray
    known: FloatArray
    varies: FloatArray

    @classmethod
    def of(cls, lists: Iterable[Float32Array]) -> Self | None:
        """Of lists, each (m, f) float32; None without any."""
        seen = [spread(x) for x in lists if len(x)]
        if not seen:
            return None
        rows = np.concatenate(seen)
        edges = _edges(rows)
        counts = binned(rows, edges)
        known, varies = (np.mean([one(x) for x in seen], axis=0) for one in (has_values, differs))
        return cls(edges, counts / len(rows), known, varies)

    def save(self, path: Path) -> None:
        """Write an .npz file."""
        np.savez(path, **{name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ValueError: it is not of the features that this code computes.
        """
        with path.open("rb") as file, np.load(file) as stored:
            found = cls(*(stored[name] for name in _ARRAYS))
        shapes = [array.shape for array in (found.edges, found.shares, found.known, found.varies)]
        n = len(NAMES)
        if shapes != [(n, BINS - 1), (n, BINS + 1), (n,), (n,)]:
            raise ValueError(f"{path.name}: its arrays are of the shapes {shapes}, for {n} features")
        return found


@dataclass(slots=True)
class Seen:
    """What was counted of the lists that a ranker scored, one per user.

    Attributes:
        lists: how many. rows: of them. counts: (f, BINS + 1) int64 rows by bin.
        known, varies: (f,) int64 lists in which the feature has a value, and differs between the movies.
    """

    lists: int = 0
    rows: int = 0
    counts: IntArray = field(default_factory=lambda: np.zeros((len(NAMES), BINS + 1), np.int64))
    known: IntArray = field(default_factory=lambda: np.zeros(len(NAMES), np.int64))
    varies: IntArray = field(default_factory=lambda: np.zeros(len(NAMES), np.int64))

    def add(self, x: Float32Array, training: Distribution) -> None:
        """Count one list, (m, f) float32."""
        if not len(x):
            return
        rows = spread(x)
        self.lists += 1
        self.rows += len(rows)
        self.counts += binned(rows, training.edges)
        self.known += has_values(rows)
        self.varies += differs(rows)

    def merge(self, other: "Seen") -> None:
        """Add what was counted of other lists."""
        self.lists += other.lists
        self.rows += other.rows
        self.counts += other.counts
        self.known += other.known
        self.varies += other.varies

    def stability(self, training: Distribution) -> FloatArray:
        """(f,) population stability index: how far the shares of the bins are from those in training; 0 if equal."""
        seen = np.maximum(self.counts / max(1, self.rows), LEAST_SHARE)
        expected = np.maximum(training.shares, LEAST_SHARE)
        index: FloatArray = ((seen - expected) * np.log(seen / expected)).sum(axis=1)
        return index


def spread(x: Float32Array) -> Float32Array:
    """At most ROWS rows, evenly spaced."""
    return x if len(x) <= ROWS else x[np.linspace(0, len(x) - 1, ROWS).astype(np.intp)]


def binned(rows: Float32Array, edges: Float32Array) -> IntArray:
    """(f, BINS + 1) int64, how many rows are in each bin of each feature."""
    counts = np.zeros((edges.shape[0], BINS + 1), np.int64)
    for feature, (values, limits) in enumerate(zip(rows.T, edges, strict=True)):
        is_known = ~np.isnan(values)
        at = np.searchsorted(limits, values[is_known], side="left")
        counts[feature, :BINS] = np.bincount(at, minlength=BINS)
        counts[feature, BINS] = len(values) - int(is_known.sum())
    return counts


def has_values(rows: Float32Array) -> BoolArray:
    """(f,) whether any row has a value."""
    found: BoolArray = np.asarray(~np.isnan(rows).all(axis=0))
    return found


def differs(rows: Float32Array) -> BoolArray:
    """(f,) whether any two rows differ; a row without a value differs from one with."""
    first = rows[:1]
    is_same = (rows == first) | (np.isnan(rows) & np.isnan(first))
    found: BoolArray = np.asarray(~is_same.all(axis=0))
    return found


def _edges(rows: Float32Array) -> Float32Array:
    """(f, BINS - 1) float32 quantiles of the values that there are; zeros for a feature without any."""
    inner = np.linspace(0, 1, BINS + 1)[1:-1]
    edges = np.zeros((rows.shape[1], BINS - 1), np.float32)
    for feature, values in enumerate(rows.T):
        known = values[~np.isnan(values)]
        if len(known):
            edges[feature] = np.quantile(known, inner, method="lower")
    return edges
