"""How long a request waits for Redis; docs/architecture.md has a table of all deadlines."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.stages import waiting
from marquee.errors import Transient


@asynccontextmanager
async def redis_within(limit_s: float) -> AsyncIterator[None]:
    """Limit the time of all reads in the block.

    Raises:
        Transient: Redis is unavailable, or did not answer within limit_s.
    """
    try:
        with waiting("redis"):
            async with asyncio.timeout(limit_s):
                yield
    except TimeoutError as error:
        raise Transient(f"redis: no answer within {limit_s:g} s", what="redis") from error
    except Transient as error:
        raise Transient(str(error), what="redis") from error
