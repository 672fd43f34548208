"""A tree ensemble as padded arrays: the form in which it is saved in a bundle and walked, all rows at once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np

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


def leaves(trees: Trees, x: Float32Array) -> RowArray:
    """(T, m) intp, the leaf that each row of x, (m, n_features) float32 with NaN allowed, reaches in each tree.

    All rows walk on until the last one has arrived: a leaf leads to itself (`Trees.leads_to`).
    """
    (n_trees, n), n_leaves, m = trees.feature.shape, trees.account.shape[1], len(x)
    values = np.take(x.T, trees.feature.ravel(), axis=0)
    goes_left = values <= trees.threshold.reshape(-1, 1)
    missing = np.isnan(values)
    if missing.any():
        goes_left |= missing & trees.missing_left.reshape(-1, 1)
    n_splits = n_trees * n
    side = np.concatenate([goes_left.ravel().view(np.int8), np.zeros(n_trees * n_leaves * m, np.int8)])
    first, row = np.arange(n_trees)[:, None], np.arange(m)
    node = np.broadcast_to(first * n, (n_trees, m))
    while (node < n_splits).any():
        node = trees.leads_to.take(2 * node + side.take(node * m + row))
    reached: RowArray = node - n_splits - first * n_leaves
    return reached
