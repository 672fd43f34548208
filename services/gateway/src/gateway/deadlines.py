"""How long a request waits for Redis; the table of all deadlines stands in docs/architecture.md."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marquee.errors import Transient


@asynccontextmanager
async def redis_within(limit_s: float) -> AsyncIterator[None]:
    """Bound everything that is read inside.

    Raises:
        Transient: Redis is unavailable, or was not done after limit_s.
    """
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        raise Transient(f"redis: no answer within {limit_s:g} s", what="redis") from error
    except Transient as error:
        raise Transient(str(error), what="redis") from error
