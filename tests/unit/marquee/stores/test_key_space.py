"""What a Redis that fails means: unavailable for a while, interfered with, or a bug of ours."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError

from marquee.contracts.topics import RATINGS
from marquee.errors import Misconfigured, Transient
from marquee.settings import RedisSettings
from marquee.stores.key_space import PASSING, KeySpace, open_redis, transient


@pytest.mark.parametrize(
    "error",
    [
        RedisConnectionError("refused"),
        RedisTimeoutError("no answer"),
        OSError("no route"),
        WatchError("changed"),
        *(ResponseError(f"{reply} later") for reply in PASSING),
    ],
    ids=lambda error: f"{type(error).__name__}: {error}",
)
async def test_what_passes_by_itself_is_transient(error: Exception) -> None:
    with pytest.raises(Transient, match="redis: ") as raised:
        async with transient():
            raise error

    assert raised.value.__cause__ is error


@pytest.mark.parametrize("error", [ResponseError("WRONGTYPE of a key"), RedisError("?"), ZeroDivisionError()])
async def test_any_other_failure_is_a_bug_and_passed_on(error: Exception) -> None:
    with pytest.raises(type(error)):
        async with transient():
            raise error


async def test_a_redis_that_does_not_answer_is_named_without_its_password() -> None:
    settings = RedisSettings(url="redis://me:my-secret@127.0.0.1:9/0")

    with pytest.raises(Misconfigured, match=r"could not reach redis at 127\.0\.0\.1:9/0") as raised:
        async with open_redis(settings, wait_s=0):
            pass

    assert "my-secret" not in str(raised.value)


def test_a_key_space_names_the_keys_of_its_shards() -> None:
    space = KeySpace(Redis(), "one")

    assert (space.keys(RATINGS.name, 3).space, space.keys(RATINGS.name, 3).shard) == ("one", 3)
    assert space.keys(RATINGS.name, 3) != KeySpace(space.redis, "two").keys(RATINGS.name, 3)
