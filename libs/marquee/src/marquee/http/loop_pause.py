"""How long an event loop was held up: the longest pause of the last half minute, for /metrics."""

import asyncio
from collections.abc import Callable
from time import monotonic

from prometheus_client import Gauge

LOOK_EVERY_S = 0.02
"""A pause is noticed by the look that it delays; a shorter interval notices more and costs more."""
LOOK_AT_REST_S = 0.25
"""While nobody waits for an answer, whom a pause would hold up."""
WINDOW_S = 15.0
"""The gauge covers the window that is open and the one before it."""

LONGEST = Gauge(
    "marquee_loop_longest_pause_seconds",
    "How much later than due the event loop came back to a timer, at most, in the last 15 to 30 seconds",
    multiprocess_mode="livemax",
)


class LongestPause:
    """The largest of the values of the open window and the one before it."""

    def __init__(self, now: float, window_s: float = WINDOW_S) -> None:
        self._window_s, self._opened = window_s, now
        self._before = self._current = 0.0

    def add(self, pause_s: float, now: float) -> float:
        """Take a value in; gives the largest of both windows."""
        if now - self._opened >= self._window_s:
            self._before, self._current, self._opened = self._current, 0.0, now
        self._current = max(self._current, pause_s)
        return max(self._before, self._current)


async def watch_pauses(
    is_at_rest: Callable[[], bool], clock: Callable[[], float] = monotonic, look_every_s: float = LOOK_EVERY_S
) -> None:
    """Keep the gauge up to date. Never ends."""
    longest = LongestPause(clock())
    while True:
        every_s = LOOK_AT_REST_S if is_at_rest() else look_every_s
        due = clock() + every_s
        await asyncio.sleep(every_s)
        now = clock()
        LONGEST.set(longest.add(max(0.0, now - due), now))
