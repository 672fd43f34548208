"""Objects that live as long as the process: the garbage collector is kept from walking over them again and again.

Python's oldest generation is collected by walking over all of it, while nothing else runs: with the cards, the search
index and a model's figures in memory that is 60 to 170 ms, every few seconds under load. So what has survived such a
walk that took long is set aside (`gc.freeze`), as a generation older than the oldest. What is set aside is freed by its
reference counts as always; only what then refers to itself in a circle stays. Therefore, when there is twice as much
as after the last time, everything is walked over once more.
"""

import gc
from collections.abc import Callable
from time import perf_counter
from typing import Any

LONG_S = 0.01
"""A collection that takes longer holds up the event loop for too long."""
OLDEST = 2
GROWTH = 2.0
AT_LEAST = 10_000
"""Objects below which no growth is worth walking over all of them."""


class LongLived:
    """A callback of the garbage collector, see `gc.callbacks`.

    Args:
        longest_s: of a collection of the oldest generation; what survives one that took longer is set aside.
    """

    def __init__(self, longest_s: float = LONG_S, clock: Callable[[], float] = perf_counter) -> None:
        self._longest_s, self._clock = longest_s, clock
        self._began, self._whole = 0.0, 0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        """Note when a collection begins; after a long one of the oldest generation set aside what is left."""
        if info["generation"] != OLDEST:
            return
        if phase == "start":
            self._began = self._clock()
        elif self._clock() - self._began > self._longest_s:
            self._set_aside()

    def _set_aside(self) -> None:
        was_all = gc.get_freeze_count() == 0
        gc.freeze()
        count = gc.get_freeze_count()
        if was_all:
            self._whole = max(count, AT_LEAST)
        elif count > GROWTH * self._whole:
            gc.unfreeze()  # the next collection walks over everything, and frees what it can


def set_long_lived_aside() -> None:
    """From now on, in this process."""
    gc.callbacks.append(LongLived())
