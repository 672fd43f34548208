"""Path attribution: what each feature family adds to a score; base + contributions = score."""

import numpy as np

from marquee.arrays import Float32Array, FloatArray
from marquee.explanation.trees import Trees, leaves


def contributions(trees: Trees, x: Float32Array) -> FloatArray:
    """What each family adds to each row's score.

    Args:
        x: (m, n_features) float32, NaN allowed.
    Returns:
        (m, F) float64; trees.base + row sum = score.
    """
    n_trees, n_leaves, n_families = trees.account.shape
    at = np.arange(n_trees)[:, None] * n_leaves + leaves(trees, x)
    total: FloatArray = trees.account.reshape(-1, n_families).take(at, axis=0).sum(axis=0)
    return total
