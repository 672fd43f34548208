"""Waiting for a dependency: what is not there yet is waited for, a bug is not."""

import time
from collections.abc import Awaitable, Callable

import pytest
from aiokafka.errors import KafkaConnectionError
from redis.exceptions import BusyLoadingError
from redis.exceptions import ConnectionError as RedisConnectionError

from marquee.errors import Misconfigured, Transient
from marquee.waiting import wait_until_reachable


def failing(times: int, error: Exception) -> Callable[[], Awaitable[object]]:
    """A probe that fails so many times before it succeeds."""
    left = [error] * times

    async def probe() -> None:
        if left:
            raise left.pop()

    return probe


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("refused"),
        TimeoutError(),
        EOFError(),
        KafkaConnectionError("no broker"),
        RedisConnectionError("reset"),
        BusyLoadingError("loading"),
        Transient("away"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_dependency_that_is_not_there_yet_is_waited_for(error: Exception) -> None:
    await wait_until_reachable("kafka", "there:9092", failing(3, error), limit_s=20, every_s=0.001)

    with pytest.raises(Misconfigured, match=r"could not reach kafka at there:9092: tried for \d s") as never:
        await wait_until_reachable("kafka", "there:9092", failing(10**6, error), limit_s=0.05, every_s=0.001)
    assert "\n" not in str(never.value)


@pytest.mark.parametrize("error", [TypeError("ours"), AttributeError("ours"), KeyError("ours")], ids=repr)
async def test_a_bug_surfaces_at_once_as_what_it_is(error: Exception) -> None:
    started = time.monotonic()

    with pytest.raises(type(error), match="ours"):
        await wait_until_reachable("kafka", "there:9092", failing(10**6, error), limit_s=60)

    assert time.monotonic() - started < 5


async def test_an_address_that_cannot_be_one_is_named_at_once() -> None:
    with pytest.raises(Misconfigured, match="redis cannot be at there:port: Port could not be cast"):
        await wait_until_reachable(
            "redis", "there:port", failing(10**6, ValueError("Port could not be cast")), limit_s=60
        )
