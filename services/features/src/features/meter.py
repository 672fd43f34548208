"""How many ratings per second are applied while there are any to apply. Pure: the clock is an argument."""

from dataclasses import dataclass

IDLE_S = 1.0
"""A pause longer than this ends a busy stretch."""


@dataclass(slots=True)
class Meter:
    """Counts what is applied during the current or last busy stretch."""

    _first: float = 0.0
    _last: float = 0.0
    _count: int = 0

    def add(self, count: int, *, started: float, now: float) -> None:
        """Count what was applied between two moments, in seconds of one clock."""
        if started - self._last > IDLE_S:
            self._first, self._count = started, 0
        self._last = now
        self._count += count

    def rate(self) -> float:
        """Per second over the stretch; 0 before anything was applied."""
        return self._count / (self._last - self._first) if self._last > self._first else 0.0
