"""How many of something there were lately, for a service's report of itself."""

import time
from collections import deque
from collections.abc import Callable

from marquee.contracts.pipeline_bodies import Recent

WINDOW_S = 60


class RecentCount:
    """Counts by whole seconds, and forgets what is older than the window.

    Args:
        clock: seconds, never backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._started = clock, clock()
        self._seconds: deque[tuple[int, int]] = deque()

    def add(self, count: int) -> None:
        """Count some that happened now."""
        second = int(self._clock())
        before = self._seconds.pop()[1] if self._seconds and self._seconds[-1][0] == second else 0
        self._seconds.append((second, before + count))
        self._forget(second)

    def reading(self) -> Recent:
        """The count, and the time in which exactly these happened: 59 to 60 s, or less after a start."""
        now = self._clock()
        self._forget(int(now))
        window_s = min(now - self._started, now - int(now) + WINDOW_S - 1)
        return Recent(count=sum(count for _, count in self._seconds), window_s=window_s)

    def _forget(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - WINDOW_S:
            self._seconds.popleft()
