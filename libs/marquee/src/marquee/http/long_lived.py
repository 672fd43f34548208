"""Objects that live as long as the process: the garbage collector is kept from walking over them again and again.

Python's oldest generation is collected by walking over all of it, while nothing else runs: with the cards, the search
index and a model's figures in memory that is 60 to 170 ms, every few seconds under load. So what has survived such a
walk that took long is set aside (`gc.freeze`), as a generation older than the oldest. What is set aside is freed by its
reference counts as always; only what then refers to itself in a circle stays. Therefore everything is walked over once
more when about as much has been set aside as there was at the last time, but seldom, as that is long. How much it is
is taken from how long the walks took: to count it (`gc.get_freeze_count`) would be a walk, too.
"""

import gc
from collections.abc import Callable
from time import perf_counter
from typing import Any

LONG_S = 0.01
"""A collection that takes longer holds up the event loop for too long."""
OLDEST = 2
SELDOM_S = 600.0
"""At least so long from one walk over everything to the next."""


class LongLived:
    """A callback of the garbage collector, see `gc.callbacks`.

    Args:
        longest_s: of a collection of the oldest generation; what survives one that took longer is set aside.
        seldom_s: between walks over everything.
    """

    def __init__(
        self, longest_s: float = LONG_S, seldom_s: float = SELDOM_S, clock: Callable[[], float] = perf_counter
    ) -> None:
        self._longest_s, self._seldom_s, self._clock = longest_s, seldom_s, clock
        self._began = 0.0
        self._is_of_all = True
        self._all_took_s = self._others_took_s = self._all_ended = 0.0

    def __call__(self, phase: str, info: dict[str, Any]) -> None:
        """Note when a collection begins; after a long one of the oldest generation set aside what is left."""
        if info["generation"] != OLDEST:
            return
        if phase == "start":
            self._began = self._clock()
        elif (now := self._clock()) - self._began > self._longest_s:
            self._set_aside(now - self._began, now)

    def _set_aside(self, took_s: float, now: float) -> None:
        gc.freeze()
        if self._is_of_all:
            self._is_of_all, self._all_took_s, self._others_took_s, self._all_ended = False, took_s, 0.0, now
            return
        self._others_took_s += took_s
        if self._others_took_s > self._all_took_s and now - self._all_ended > self._seldom_s:
            gc.unfreeze()  # the next collection walks over everything, and frees what it can
            self._is_of_all = True


def set_long_lived_aside() -> None:
    """From now on, in this process."""
    gc.callbacks.append(LongLived())
