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
    leaf = leaves(trees, x)
    n_leaves = trees.account.shape[1]
    flat = trees.account.reshape(-1, len(trees.families))
    at = np.arange(leaf.shape[1], dtype=np.int64) * n_leaves + leaf
    total: FloatArray = flat[at].sum(axis=1)
    return total
