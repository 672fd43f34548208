"""Keeping a copy up to date in the background."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from marquee.errors import Transient

log = structlog.get_logger()


async def refresh_for_ever(refresh: Callable[[], Awaitable[None]], *, every_s: float) -> None:
    """Refresh at intervals; when the source becomes unavailable, and when it is back, one line is logged."""
    is_away = False
    while True:
        try:
            await refresh()
            if is_away:
                log.info("store_is_back")
            is_away = False
        except Transient as error:
            if not is_away:
                log.warning("store_is_away", error=str(error))
            is_away = True
        await asyncio.sleep(every_s)
