"""Waiting for a condition with a deadline; never a bare sleep."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[bool]], *, limit_s: float = 30.0, every_s: float = 0.05) -> None:
    """Return as soon as the condition holds.

    Raises:
        TimeoutError: it did not hold within limit_s.
    """
    deadline = time.monotonic() + limit_s
    while not await condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the condition did not hold within {limit_s} s")
        await asyncio.sleep(every_s)
