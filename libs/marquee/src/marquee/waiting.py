"""Waiting for a dependency: bounded, reported in one line, with the address in the error."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from aiokafka.errors import KafkaError
from redis.exceptions import RedisClusterException, RedisError

from marquee.errors import Misconfigured, Transient
from marquee.retrying import Retry, retried, steady

log = structlog.get_logger()

NOT_YET = (OSError, EOFError, KafkaError, RedisError, RedisClusterException, Transient)
"""What a dependency that is not up yet raises, TimeoutError (an OSError) included. Anything else is a bug."""


def cause_of(error: BaseException) -> str:
    """An error's class and the first line of its text."""
    return f"{type(error).__name__}: {error}".strip(": ").splitlines()[0][:200]


async def wait_until_reachable(
    what: str, address: str, probe: Callable[[], Awaitable[object]], *, limit_s: float, every_s: float = 0.25
) -> None:
    """Call probe until it succeeds. Any error that is not in NOT_YET is raised at once: waiting would not help.

    Raises:
        Misconfigured: it still fails after limit_s; one line names the address and the time tried. At once if the
            address cannot be one (ValueError).
    """
    started = time.monotonic()

    async def probe_in_time() -> None:
        async with asyncio.timeout(max(0.5, limit_s)):
            await probe()

    def report(retry: Retry) -> None:
        if retry.attempt == 0:
            log.info("waiting_for_dependency", dependency=what, address=address, limit_s=limit_s)

    try:
        await retried(probe_in_time, on=NOT_YET, total_s=limit_s, pauses=steady(every_s), on_retry=report)
    except ValueError as error:
        raise Misconfigured(f"{what} cannot be at {address}: {error}") from error
    except NOT_YET as error:
        tried_s = time.monotonic() - started
        raise Misconfigured(
            f"could not reach {what} at {address}: tried for {tried_s:.0f} s ({cause_of(error)})"
        ) from error
