"""Timing a request's stages, for `Server-Timing` and the answer's `timings_ms`."""

from collections.abc import Callable


class Stopwatch:
    """Milliseconds of named stages, one after the other.

    Args:
        clock: seconds, never going back.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self.ms: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        """A stage ends now; it began where the one before it ended."""
        now = self._clock()
        self.ms[stage] = round((now - self._last) * 1_000, 3)
        self._last = now
