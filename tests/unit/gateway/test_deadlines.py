"""How long a request waits for Redis."""

import asyncio

import pytest

from gateway.deadlines import redis_within
from marquee.errors import Refused, Transient, not_found


async def test_what_is_done_in_time_passes() -> None:
    async with redis_within(5.0):
        await asyncio.sleep(0)


async def test_a_read_that_takes_too_long_is_redis_being_unavailable() -> None:
    with pytest.raises(Transient, match=r"no answer within 0\.01 s") as raised:
        async with redis_within(0.01):
            await asyncio.sleep(5)

    assert raised.value.what == "redis"


async def test_a_store_that_is_unavailable_is_named_redis() -> None:
    with pytest.raises(Transient, match="connection refused") as raised:
        async with redis_within(5.0):
            raise Transient("connection refused")

    assert raised.value.what == "redis"


async def test_a_refusal_inside_is_passed_on() -> None:
    with pytest.raises(Refused):
        async with redis_within(5.0):
            raise not_found("movie", "there is no movie 7")
