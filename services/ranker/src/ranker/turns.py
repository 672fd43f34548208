"""Turns: work on threads beside the event loop, a few at a time, and what would have to wait too long is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marquee.errors import Transient


class Turns:
    """Bounds how much of one kind of work runs at once, so that the rest of the service goes on.

    Args:
        at_once: how many run. wait_s: how long another one waits. what: the public name of what is then lacking.
    """

    def __init__(self, *, at_once: int, wait_s: float, what: str) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._wait_s = wait_s
        self._what = what

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a turn.

        Raises:
            Transient: none was free in time.
        """
        try:
            async with asyncio.timeout(self._wait_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise Transient(f"{self._what}: too many at once", what=self._what) from error
        try:
            yield
        finally:
            self._places.release()
