"""The pool: rankings run on threads beside the event loop, and what cannot be answered in time is refused early."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from time import monotonic
from typing import TypeVar

from prometheus_client import Counter, Gauge

from marquee.errors import Transient

T = TypeVar("T")

REFUSED = Counter(
    "marquee_rankings_refused_total", "Rankings that were refused: queue full (full), or too late (late)", ["why"]
)
IN_HAND = Gauge("marquee_rankings_in_hand", "Rankings that run or wait for a thread", multiprocess_mode="livesum")

EXPECTED_S = 0.005
"""How long a ranking is taken to last before the first has run."""
WEIGHT = 0.1
"""Of the newest ranking in the mean duration."""
WHAT = "a place for one more ranking"
REST_S = 1.0
"""Without a request for so long nobody is taken to wait for an answer."""


class RankingPool:
    """A bounded queue before a few threads.

    A job is refused at once if the queue is full, or if at the usual pace of the jobs it would end after its deadline;
    one whose deadline passes while it waits never starts.

    Args:
        threads: how many jobs run at a time. Python runs one at a time anyway, except in the array libraries.
        waiting: how many more may wait.
        clock: seconds, never going back; of the deadlines.
    """

    def __init__(self, *, threads: int, waiting: int, clock: Callable[[], float] = monotonic) -> None:
        self.clock = clock
        self._threads, self._limit = threads, threads + waiting
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="ranking")
        self._lock = threading.Lock()  # jobs end on their threads
        self._in_hand = 0
        self._mean_s = EXPECTED_S
        self._asked_at = float("-inf")

    async def run(self, job: Callable[[], T], deadline: float) -> T:
        """The job's result.

        Args:
            deadline: on the clock.
        Raises:
            Transient: refused, or not done by its deadline.
        """
        self._require_room(deadline)
        with self._lock:
            self._in_hand += 1
        IN_HAND.inc()
        context = copy_context()
        future = self._executor.submit(context.run, self._timed, job, deadline)
        future.add_done_callback(self._ended)
        try:
            async with asyncio.timeout(max(0.0, deadline - self.clock())):
                return await asyncio.wrap_future(future)
        except TimeoutError:
            raise self._late("it was not ranked in time") from None

    @property
    def is_idle(self) -> bool:
        """Whether no job runs or waits."""
        return self._in_hand == 0

    def is_at_rest(self) -> bool:
        """Whether no job runs or waits, and nobody has asked for a moment."""
        return self.is_idle and self.clock() - self._asked_at > REST_S

    def close(self) -> None:
        """Drop what waits; what runs ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _require_room(self, deadline: float) -> None:
        """Refuse what finds no place, or would end too late.

        Raises:
            Transient: refused.
        """
        with self._lock:
            ahead, mean_s = self._in_hand, self._mean_s
        if ahead >= self._limit:
            REFUSED.labels("full").inc()
            raise Transient(f"{WHAT}: {ahead} are in hand", what=WHAT)
        # whatever the pace was, a free thread tries: so one slow ranking cannot have all others refused
        expected_s = mean_s * (ahead // self._threads + 1) if ahead >= self._threads else 0.0
        if self.clock() + expected_s >= deadline:
            raise self._late(f"it would take about {expected_s * 1_000:.0f} ms, with {ahead} in hand")

    def require_time(self, deadline: float) -> None:
        """Refuse what is too late already; what asks for a ranking, or for one that is kept, begins with this.

        Raises:
            Transient: refused.
        """
        self._asked_at = self.clock()
        if self._asked_at >= deadline:
            raise self._late("the time is up")

    def _timed(self, job: Callable[[], T], deadline: float) -> T:
        started = self.clock()
        self.require_time(deadline)
        try:
            return job()
        finally:
            seconds = self.clock() - started
            with self._lock:
                self._mean_s += WEIGHT * (seconds - self._mean_s)

    def _ended(self, _: Future[T]) -> None:
        with self._lock:
            self._in_hand -= 1
        IN_HAND.dec()

    def _late(self, detail: str) -> Transient:
        REFUSED.labels("late").inc()
        return Transient(f"the caller's time does not suffice for a ranking: {detail}", what=WHAT)
