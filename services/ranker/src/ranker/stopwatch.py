"""Timing and counting a request's stages, for `Server-Timing` and the answer's `timings_ms` and `stages`."""

from collections.abc import Callable
from typing import Literal

from marquee.contracts.ranking_fields import StagesFields

Counted = Literal["applied_offset", "ratings", "candidates", "scored", "sums_checked", "ratings_tried"]


class Stopwatch:
    """Milliseconds of named stages, one after the other, and how many went through some of them.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self.ms: dict[str, float] = {}
        self.counts: StagesFields = {}

    def lap(self, stage: str) -> None:
        """A stage ends now; it began where the one before it ended."""
        now = self._clock()
        self.ms[stage] = round((now - self._last) * 1_000, 3)
        self._last = now

    def count(self, stage: Counted, number: int) -> None:
        """So many went through this stage."""
        self.counts[stage] = number
