"""Sets of people as whole numbers, of which bit p says whether person p is in it: to count who is in two is one step.

Python's own numbers hold as many bits as there are people. `(a & b).bit_count()` takes a fraction of a microsecond for
hundreds of people, and 7 to 17 for 160,000, where to look the fans of one movie up among another's takes 15 to 390.
"""

from collections.abc import Callable

import numpy as np

from marquee.arrays import Int32Array

KEPT_BYTES = 24_000_000
"""Of all movies whose fans are kept as bits; with more people these are fewer movies."""
OVERHEAD_BYTES = 100
"""What a kept number takes besides its bits, with its place in the dictionary."""


class FanBits:
    """The fans of the movies that were asked for, kept up to KEPT_BYTES.

    Args:
        people: how many there are. fans_of: for a movie's row the numbers, below `people`, of those who like it.
    """

    def __init__(self, people: int, fans_of: Callable[[int], Int32Array], *, kept_bytes: int = KEPT_BYTES) -> None:
        self._people, self._fans_of = people, fans_of
        self._most = max(1, kept_bytes // (people // 8 + OVERHEAD_BYTES))
        self._kept: dict[int, int] = {}

    def __getitem__(self, row: int) -> int:
        bits = self._kept.get(row)
        if bits is None:
            if len(self._kept) >= self._most:
                self._kept.clear()
            bits = self._kept[row] = self._bits(row)
        return bits

    def both(self, row: int, other: int) -> int:
        """How many people like both movies."""
        return (self[row] & self[other]).bit_count()

    def _bits(self, row: int) -> int:
        is_fan = np.zeros(self._people, bool)
        is_fan[self._fans_of(row)] = True
        return int.from_bytes(np.packbits(is_fan, bitorder="little").tobytes(), "little")
