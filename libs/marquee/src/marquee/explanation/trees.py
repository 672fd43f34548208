"""A tree ensemble as padded arrays: the form in which it is saved in a bundle and walked, all rows at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, Int32Array

_COLUMNS = ("feature", "threshold", "missing_left", "child", "account", "base", "families")


@dataclass(frozen=True, slots=True)
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


def leaves(trees: Trees, x: Float32Array) -> Int32Array:
    """(m, T) int32, the leaf that each row of x, (m, n_features) float32 with NaN allowed, reaches in each tree."""
    n_trees, n = trees.feature.shape
    values = x[:, trees.feature.ravel()]
    goes_left = values <= trees.threshold.ravel()
    missing = np.isnan(values)
    if missing.any():
        goes_left |= missing & trees.missing_left.ravel()
    child = trees.child.reshape(-1, 2)
    first = np.arange(n_trees, dtype=np.int32) * n
    row_offset = np.arange(len(x), dtype=np.int64)[:, None] * (n_trees * n)
    flat_left = goes_left.ravel().view(np.int8)
    node = np.zeros((len(x), n_trees), np.int32)
    while (inner := node >= 0).any():
        at = first + np.maximum(node, 0)
        step = child[at, flat_left[row_offset + at]]
        node = np.where(inner, step, node)
    return ~node
