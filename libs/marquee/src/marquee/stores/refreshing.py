"""Keeping a copy up to date in the background."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from marquee.errors import Transient

log = structlog.get_logger()


async def keep_refreshed(refresh: Callable[[], Awaitable[None]], *, every_s: float) -> None:
    """Refresh at intervals; when the source becomes unavailable, and when it is back, one line is logged."""
    is_unavailable = False
    while True:
        try:
            await refresh()
            if is_unavailable:
                log.info("store_is_back")
            is_unavailable = False
        except Transient as error:
            if not is_unavailable:
                log.warning("store_unavailable", error=str(error))
            is_unavailable = True
        await asyncio.sleep(every_s)
