"""Word of new records reaches whoever listens, and costs nobody anything who does not."""

import asyncio
from contextlib import suppress

import pytest
from redis.asyncio import Redis

from marquee.contracts.keys import arrivals
from marquee.stores.arrivals import Announcer, listen
from marquee.stores.key_space import KeySpace
from support.wait import until

pytestmark = pytest.mark.integration


async def listeners(space: KeySpace) -> int:
    ((_, count),) = await space.redis.pubsub_numsub(arrivals(space.name))
    return int(count)


async def end(listening: asyncio.Task[None]) -> None:
    listening.cancel()
    with suppress(asyncio.CancelledError):
        await listening


async def test_an_announcement_reaches_a_listener(space: KeySpace) -> None:
    arrived = asyncio.Event()
    listening = asyncio.create_task(listen(space, arrived.set))
    await asyncio.wait_for(arrived.wait(), 30)  # it has subscribed
    arrived.clear()

    announcer = Announcer(space)
    announcer.announce()

    await asyncio.wait_for(arrived.wait(), 30)
    await announcer.aclose()
    await end(listening)


async def test_a_listener_whose_connection_ends_listens_again(space: KeySpace) -> None:
    arrived = asyncio.Event()
    listening = asyncio.create_task(listen(space, arrived.set))
    await asyncio.wait_for(arrived.wait(), 30)

    await space.redis.client_kill_filter(_type="pubsub", skipme=True)

    async def is_heard() -> bool:
        arrived.clear()
        await space.redis.publish(arrivals(space.name), b"")
        with suppress(TimeoutError):
            await asyncio.wait_for(arrived.wait(), 0.2)
        return arrived.is_set() and await listeners(space) == 1

    await until(is_heard)
    await end(listening)


async def test_announcing_without_redis_neither_waits_nor_fails() -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:9/0")
    announcer = Announcer(KeySpace(nowhere, "a"))

    for _ in range(1_000):
        announcer.announce()

    await announcer.aclose()
    await nowhere.aclose()
