"""A tree ensemble as padded arrays: the form in which it is saved in a bundle and walked, all rows at once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import BoolArray, Float32Array, FloatArray, Int32Array
from marquee.state.movie_table import RowArray

_COLUMNS = ("feature", "threshold", "missing_left", "child", "account", "base", "families")


@dataclass(frozen=True)
class Trees:
    """A tree ensemble as padded arrays: T trees, at most N splits and L leaves, F families.

    Attributes:
        feature: (T, N) int32. threshold: (T, N) float32; a value <= threshold goes left.
        missing_left: (T, N) bool, where NaN goes.
        child: (T, N, 2) int32, right and left; a split, or ~leaf (negative).
        account: (T, L, F) float64, what each family adds on the path to a leaf.
        base: () float64, the ensemble's mean score. families: (F,) names.
    """

    feature: Int32Array
    threshold: Float32Array
    missing_left: BoolArray
    child: Int32Array
    account: FloatArray
    base: float
    families: tuple[str, ...]

    @cached_property
    def fences(self) -> "Fences | None":
        """The trees in the form in which small ones are walked fastest; None if one has more than 64 leaves."""
        return Fences.of(self)

    @cached_property
    def leads_to(self) -> RowArray:
        """(2 * (T * N + T * L),) where each node leads to, right and left, if all splits and then all leaves are
        numbered, tree after tree; a leaf leads to itself.
        """
        (n_trees, n), n_leaves = self.feature.shape, self.account.shape[1]
        n_splits, tree = n_trees * n, np.arange(n_trees)[:, None, None]
        of_splits = np.where(self.child >= 0, tree * n + self.child, n_splits + tree * n_leaves + ~self.child)
        of_leaves = n_splits + np.repeat(np.arange(n_trees * n_leaves), 2)
        return np.concatenate([of_splits.ravel(), of_leaves])

    def save(self, path: Path) -> None:
        """Write one .npz file."""
        columns: dict[str, Any] = {name: np.asarray(getattr(self, name)) for name in _COLUMNS}
        np.savez(path, **columns)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with path.open("rb") as file, np.load(file) as stored:
            columns = {name: stored[name] for name in _COLUMNS}
        columns["base"] = float(columns["base"])
        columns["families"] = tuple(str(name) for name in columns["families"])
        return cls(**columns)


@dataclass(frozen=True)
class Fences:
    """For each split which leaves are still open to who goes right there, as bits; its leaves from left to right.

    Attributes:
        beyond: (T * N,) unsigned, a bit for each leaf of the tree in that order, the lowest one for the leftmost: 0 for
            the leaves below the split's left side, 1 for all others.
        leaf: (T, N + 1) intp, the leaves in that order.
    """

    beyond: NDArray[np.unsignedinteger[Any]]
    leaf: RowArray

    @classmethod
    def of(cls, trees: Trees) -> Self | None:
        """None if a tree has more than 64 leaves."""
        n_trees, n = trees.feature.shape
        kind = next((kind for kind in (np.uint16, np.uint32, np.uint64) if n < np.iinfo(kind).bits), None)
        if kind is None:
            return None
        everything = int(np.iinfo(kind).max)
        beyond, leaf = np.full((n_trees, n), everything, kind), np.zeros((n_trees, n + 1), np.intp)
        for at, child in enumerate(trees.child.tolist()):
            order: list[int] = []
            open_splits = [(0, -1)]  # with how many leaves there were before its left side, -1 on the way down
            while open_splits:
                node, before = open_splits.pop()
                if node < 0:
                    order.append(~node)
                elif before < 0:
                    right, left = child[node]
                    open_splits += [(right, -1), (node, len(order)), (left, -1)]
                else:
                    beyond[at, node] = everything & ~((1 << len(order)) - (1 << before))
            leaf[at, : len(order)] = order
        return cls(beyond.ravel(), leaf)


def leaves(trees: Trees, x: Float32Array) -> RowArray:
    """(T, m) intp, the leaf that each row of x, (m, n_features) float32 with NaN allowed, reaches in each tree."""
    goes_left = _goes_left(trees, x)
    return _walked(trees, goes_left) if trees.fences is None else _left_over(trees.fences, goes_left)


def _goes_left(trees: Trees, x: Float32Array) -> BoolArray:
    """(T * N, m) whether each row goes left at each split, also at those that it does not come to."""
    values = np.take(x.T, trees.feature.ravel(), axis=0)
    goes_left: BoolArray = values <= trees.threshold.reshape(-1, 1)
    missing = np.isnan(values)
    if missing.any():
        goes_left |= missing & trees.missing_left.reshape(-1, 1)
    return goes_left


def _left_over(fences: Fences, goes_left: BoolArray) -> RowArray:
    """The first leaf that no split at which a row goes right has fenced off (QuickScorer, Lucchese et al. 2015)."""
    (n_trees, n_leaves), bits = fences.leaf.shape, fences.beyond.dtype
    open_there = np.where(goes_left, bits.type(np.iinfo(bits).max), fences.beyond[:, None])
    left = np.bitwise_and.reduce(open_there.reshape(n_trees, n_leaves - 1, goes_left.shape[1]), axis=1)
    place = np.bitwise_count(~left & (left - left.dtype.type(1)))  # zeros below the lowest one
    reached: RowArray = fences.leaf.take(np.arange(n_trees)[:, None] * n_leaves + place)
    return reached


def _walked(trees: Trees, goes_left: BoolArray) -> RowArray:
    """All rows walk on until the last one has arrived: a leaf leads to itself (`Trees.leads_to`)."""
    (n_trees, n), n_leaves, m = trees.feature.shape, trees.account.shape[1], goes_left.shape[1]
    n_splits = n_trees * n
    side = np.concatenate([goes_left.ravel().view(np.int8), np.zeros(n_trees * n_leaves * m, np.int8)])
    first, row = np.arange(n_trees)[:, None], np.arange(m)
    node = np.broadcast_to(first * n, (n_trees, m))
    while (node < n_splits).any():
        node = trees.leads_to.take(2 * node + side.take(node * m + row))
    reached: RowArray = node - n_splits - first * n_leaves
    return reached
