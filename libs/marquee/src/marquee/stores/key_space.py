"""A key space: one set of Marquee's keys in a Redis or a cluster, which all stores and their readers are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

import hiredis
from redis.asyncio import Connection, Redis, RedisCluster
from redis.asyncio.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisClusterException, RedisError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError

from marquee.contracts.keys import ShardKeys
from marquee.errors import Transient
from marquee.settings import RedisSettings
from marquee.waiting import wait_until_reachable

UNAVAILABLE = (RedisConnectionError, RedisTimeoutError, RedisClusterException, OSError)
"""The third is no RedisError: nodes that cannot be found, or that do not have all slots among them."""
FAILURES = (RedisError, RedisClusterException, OSError)
"""Whatever a command fails of, TimeoutError (an OSError) included."""
OF_A_CLUSTER = "+cluster"
"""The end of a URL's scheme, redis+cluster:// or rediss+cluster://, that says it names a node of a cluster."""
PASSING = ("LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "OOM")
"""Replies of a Redis that will answer later."""


@dataclass(frozen=True, slots=True)
class KeySpace:
    """Where a store's keys are.

    Attributes:
        redis: the client. name: the part of every key that keeps key spaces in one Redis apart.
    """

    redis: Redis
    name: str

    def keys(self, topic: str, shard: int) -> ShardKeys:
        """The keys of one partition of one topic."""
        return ShardKeys(self.name, topic, shard)


class PackedInC(Connection):  # type: ignore[misc]  # redis is imported without its types, see pyproject.toml
    """A connection whose commands hiredis encodes: redis-py's own way took a third of the work of storing a batch."""

    def pack_command(self, *args: Any) -> list[bytes]:
        """See redis.asyncio.Connection; a name of two words ("CLIENT INFO") is two arguments."""
        name, *rest = args
        words = name.encode().split() if isinstance(name, str) else name.split()
        return [hiredis.pack_command((*words, *rest))]


def client_of(settings: RedisSettings, **options: Any) -> Redis:
    """A client, not yet connected: of a cluster, which any node's address stands for, if the URL's scheme says so.

    A cluster's client has the same commands, except that a pipeline takes one command with several keys only by
    `queue_many`, and that a transaction stays within a shard, as all of Marquee's do.

    Args:
        options: redis-py's own, such as socket_timeout.
    Raises:
        ValueError: the URL cannot be one.
    """
    scheme, separator, rest = settings.url.partition("://")
    if scheme.endswith(OF_A_CLUSTER):
        url = scheme.removesuffix(OF_A_CLUSTER) + separator + rest
        return cast("Redis", RedisCluster.from_url(url, **options))
    if scheme == "redis":
        options["connection_class"] = PackedInC
    client: Redis = Redis.from_url(settings.url, **options)
    return client


def queue_many(pipe: Pipeline, command: str, *args: bytes | str | int) -> Any:
    """Queue one command with several keys of one shard, or await it where the pipeline watches.

    redis-py's own methods for these refuse to work in a cluster's pipeline, whether or not the keys are of one shard.
    """
    return pipe.execute_command(command, *args)


@asynccontextmanager
async def open_redis(settings: RedisSettings, *, wait_s: float) -> AsyncIterator[Redis]:
    """A connected client.

    Raises:
        Misconfigured: Redis does not answer within wait_s.
    """
    client = client_of(settings, socket_timeout=settings.timeout_s, socket_connect_timeout=settings.timeout_s)
    address = settings.url.rsplit("@", 1)[-1].rpartition("://")[2]
    try:
        await wait_until_reachable("redis", address, client.ping, limit_s=wait_s)
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def transient() -> AsyncIterator[None]:
    """Turn an unavailable Redis, or another writer's interference, into Transient."""
    try:
        yield
    except WatchError as error:
        raise Transient("redis: another writer changed this shard at the same time") from error
    except UNAVAILABLE as error:
        raise Transient(f"redis: {type(error).__name__}: {error}") from error
    except RedisError as error:
        if str(error).startswith(PASSING):
            raise Transient(f"redis: {error}") from error
        raise
