"""The one retry policy: what may pass by itself is tried again after growing pauses, for a bounded time.

stamina repeats the call. Its own report of each attempt is switched off: callers log what failed in their own words.
"""

import random
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import NamedTuple, TypeVar

import stamina
from stamina.instrumentation import set_on_retry_hooks

set_on_retry_hooks(())

T = TypeVar("T")


class Retry(NamedTuple):
    """A failed attempt that will be followed by another one."""

    error: Exception
    attempt: int  # 0 for the first
    pause_s: float


Pauses = Callable[[Exception, int], float]
"""From an error and the number of its attempt (0 for the first) to the seconds before the next one."""


def backoff_s(attempt: int, *, first_s: float, longest_s: float, spread: float) -> float:
    """A pause that doubles with each attempt up to longest_s.

    Args:
        attempt: 0 after the first failure.
        spread: 0 to 1, for a pause of 0.5 to 1.5 times that; a random one keeps clients that failed together apart.
    """
    return float(min(first_s * 2.0**attempt, longest_s) * (0.5 + spread))


def growing(first_s: float, longest_s: float) -> Pauses:
    """Doubling pauses with a random spread, whatever the error."""
    return lambda _, attempt: backoff_s(attempt, first_s=first_s, longest_s=longest_s, spread=random.random())


def steady(pause_s: float) -> Pauses:
    """The same pause each time."""
    return lambda _, __: pause_s


async def retried(
    call: Callable[[], Awaitable[T]],
    *,
    on: tuple[type[Exception], ...],
    total_s: float,
    pauses: Pauses,
    on_retry: Callable[[Retry], None] = lambda _: None,
) -> T:
    """Call until it succeeds, or until the next attempt would begin later than total_s after the first one.

    Cancelling ends a call or a pause at once.

    Args:
        on: the errors that may pass. Any other one, a bug above all, is raised at once.
        on_retry: called with each failure that is followed by another attempt.
    Raises:
        Exception: what the last attempt raised, as it was.
    """
    deadline, attempts = time.monotonic() + total_s, count()

    def pause_after(error: Exception) -> bool | float:
        attempt = next(attempts)
        if not isinstance(error, on):
            return False
        pause_s = pauses(error, attempt)
        if time.monotonic() + pause_s > deadline:
            return False
        on_retry(Retry(error, attempt, pause_s))
        return pause_s

    async for attempt in stamina.retry_context(on=pause_after, attempts=None, timeout=None):
        with attempt:
            return await call()
    raise AssertionError("stamina ends by returning or raising")
