"""The order of many rows by several whole numbers, from sorts of plain numbers, which processors do fastest."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import IntArray

FEW = 10_000
"""With fewer rows numpy's own sorting by several keys costs about as much."""
BITS = 63


def lexsorted(*keys: IntArray) -> NDArray[np.intp]:
    """`np.lexsort(keys)`, of whole numbers: the last key counts first, and equal rows stay in their order.

    A row's place is put below its key's bits, so that both are sorted as one number. Keys share a sort while they fit
    into it. If one alone does not, numpy sorts.
    """
    n_rows = len(keys[0])
    place_bits = max(n_rows - 1, 0).bit_length()
    if n_rows < FEW or any(_width(key) + place_bits > BITS for key in keys):
        return np.lexsort(keys)
    order: NDArray[np.intp] | None = None
    group: list[IntArray] = []
    for key in keys:
        if group and sum(map(_width, [*group, key])) + place_bits > BITS:
            order = _then_by(group, order, place_bits)
            group = []
        group.append(key)
    return _then_by(group, order, place_bits)


def _then_by(group: list[IntArray], order: NDArray[np.intp] | None, place_bits: int) -> NDArray[np.intp]:
    """Rows that have this order (None: their own), sorted by these keys, of which the last counts first."""
    packed = np.zeros(len(group[0]), np.int64)
    for key in reversed(group):
        packed <<= _width(key)
        packed += (key if order is None else key[order]) - key.min()
    packed <<= place_bits
    packed += np.arange(len(packed))
    packed.sort()
    packed &= (1 << place_bits) - 1
    return packed if order is None else order[packed]


def _width(key: NDArray[Any]) -> int:
    """Bits that tell the key's values from its least."""
    return (int(key.max()) - int(key.min())).bit_length()
