"""Keeping a copy up to date in the background."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog

from marquee.errors import Transient

log = structlog.get_logger()


IDLE_SHARE = 4.0
"""Times as long as a refresh takes that none is made after it: with millions of counts one takes a second of a core."""


def pause_s(every_s: float, took_s: float) -> float:
    """How long to wait after a refresh that took so long."""
    return max(every_s, IDLE_SHARE * took_s)


async def keep_refreshed(refresh: Callable[[], Awaitable[None]], *, every_s: float) -> None:
    """Refresh at intervals, at longer ones where a refresh takes long, so that it leaves the processor to the requests.

    When the source becomes unavailable, and when it is back, one line is logged.
    """
    is_unavailable = False
    while True:
        started, took_s = monotonic(), 0.0
        try:
            await refresh()
            took_s = monotonic() - started
            if is_unavailable:
                log.info("store_is_back")
            is_unavailable = False
        except Transient as error:
            if not is_unavailable:
                log.warning("store_unavailable", error=str(error))
            is_unavailable = True
        await asyncio.sleep(pause_s(every_s, took_s))
