"""The array types of the maths, and the entries of many rows in one array of them all."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]


def entries_of(start: NDArray[np.integer[Any]], rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """(e,) where the entries of these rows are, row after row, if those of row r are start[r] up to start[r + 1]."""
    first = start[rows].astype(np.intp)
    count = start[rows + 1] - first
    end = np.cumsum(count)
    return np.repeat(first - end + count, count) + np.arange(end[-1] if len(end) else 0)


def distinct(rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Each value once, ascending: `np.unique`, which is slower for a few hundred."""
    ordered = np.sort(rows)
    is_first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    found: NDArray[np.intp] = ordered[is_first]
    return found
