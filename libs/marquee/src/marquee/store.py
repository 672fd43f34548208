"""The online store (Redis): effects and the offset they came from change in one transaction, a shard at a time.

Whoever applies a batch twice changes nothing: records before the shard's stored offset are passed over, and a
repeated event id is recognised. Readers poll what changed since they last looked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, WatchError
from redis.exceptions import TimeoutError as RedisTimeoutError

from marquee.consumer import Batch
from marquee.errors import Transient
from marquee.events import MovieEnriched, MovieListed, MoviesRated
from marquee.folding import columns, fold
from marquee.item_stats import merged
from marquee.keys import EVENT_ID_TTL_S, ShardKeys
from marquee.packing import pack_users, pack_weeks, unpack_user, unpack_users, unpack_weeks
from marquee.ratings import Ratings, UserState
from marquee.settings import RedisSettings
from marquee.topics import PARTITIONS, RATINGS, shard_of
from marquee.waiting import wait_until_reachable

log = structlog.get_logger()

AWAY = (RedisConnectionError, RedisTimeoutError, OSError)


@asynccontextmanager
async def open_redis(settings: RedisSettings, *, wait_s: float) -> AsyncIterator[Redis]:
    """A connected client.

    Raises:
        Misconfigured: Redis does not answer within wait_s.
    """
    client: Redis = Redis.from_url(
        settings.url, socket_timeout=settings.timeout_s, socket_connect_timeout=settings.timeout_s
    )
    address = settings.url.rsplit("@", 1)[-1].removeprefix("redis://")
    try:
        await wait_until_reachable("redis", address, client.ping, limit_s=wait_s)
        yield client
    finally:
        await client.aclose()


@asynccontextmanager
async def transient() -> AsyncIterator[None]:
    """Redis being away, or another writer's interference, becomes Transient."""
    try:
        yield
    except WatchError as error:
        raise Transient("redis: another writer changed this shard at the same time") from error
    except AWAY as error:
        raise Transient(f"redis: {type(error).__name__}: {error}") from error
    except RedisError as error:
        if str(error).startswith(("LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "OOM")):
            raise Transient(f"redis: {error}") from error
        raise


async def stored_offset(redis: Redis, space: str, topic: str, shard: int) -> int:
    """The next offset to apply; 0 for an empty shard."""
    async with transient():
        return int(await redis.hget(ShardKeys(space, topic, shard).meta, "offset") or 0)


@dataclass(frozen=True, slots=True)
class RatingStore:
    """Histories by user and weekly counts by movie, from ratings.v1."""

    redis: Redis
    space: str

    def keys(self, shard: int) -> ShardKeys:
        return ShardKeys(self.space, RATINGS.name, shard)

    async def apply(self, batch: Batch[MoviesRated]) -> int:
        """Apply a batch exactly once; returns how many ratings it brought that had not been seen.

        Raises:
            Transient: Redis is away or another writer interfered; nothing was changed.
        """
        keys = self.keys(batch.partition)
        async with transient(), self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(keys.meta)
            offset = int(await pipe.hget(keys.meta, "offset") or 0)
            if batch.next_offset <= offset:
                return 0
            events: dict[UUID, MoviesRated] = {}
            for record in batch.records:
                if record.offset >= offset:
                    events.setdefault(record.event.event_id, record.event)
            applied = await pipe.mget([keys.event(event_id) for event_id in events]) if events else []
            fresh = [event for event, mark in zip(events.values(), applied, strict=True) if mark is None]
            await self._queue(pipe, keys, columns(fresh), mark=batch.next_offset)
            for event in fresh:
                pipe.set(keys.event(event.event_id), 1, ex=EVENT_ID_TTL_S)
            pipe.hset(keys.meta, "offset", batch.next_offset)
            await pipe.execute()
            return sum(len(event.movie_id) for event in fresh)

    async def _queue(self, pipe: Pipeline, keys: ShardKeys, arrived: Ratings, *, mark: int) -> None:
        """Read the histories and counts concerned, fold, and queue what changes in the transaction."""
        users = np.unique(arrived.user_id).tolist()
        values = await pipe.mget([keys.user(user_id) for user_id in users]) if users else []
        before = unpack_users(dict(zip(users, values, strict=True)))
        folded = fold(before, arrived)
        movies = np.unique(folded.delta.movie_id).tolist()
        weeks = await pipe.hmget(keys.movies, movies) if movies else []
        packed = pack_weeks(merged(unpack_weeks(zip(movies, weeks, strict=True)), folded.delta))
        pipe.multi()
        if users:
            pipe.mset({keys.user(user_id): value for user_id, value in pack_users(folded.after).items()})
            pipe.sadd(keys.users, *users)
            pipe.hincrby(keys.meta, "users", sum(value is None for value in values))
            pipe.hincrby(keys.meta, "ratings", len(folded.after) - len(before))
        if packed:
            pipe.hset(keys.movies, mapping={str(movie): value for movie, value in packed.items()})
        if gone := [str(movie) for movie in movies if movie not in packed]:
            pipe.hdel(keys.movies, *gone)
        if movies:
            pipe.zadd(keys.changed, dict.fromkeys(map(str, movies), mark))

    async def user(self, user_id: int) -> UserState:
        """A user's whole history; an unknown user has an empty one.

        Raises:
            Transient: Redis is away.
        """
        async with transient():
            return unpack_user(await self.redis.get(self.keys(shard_of(user_id)).user(user_id)))

    async def counts(self) -> tuple[int, int]:
        """(users, ratings) over all shards."""
        async with transient(), self.redis.pipeline(transaction=False) as pipe:
            for shard in range(PARTITIONS):
                pipe.hmget(self.keys(shard).meta, "users", "ratings")
            rows = await pipe.execute()
        return sum(int(row[0] or 0) for row in rows), sum(int(row[1] or 0) for row in rows)

    async def user_ids(self) -> list[int]:
        """Every user with ratings, ascending."""
        async with transient():
            found = [await self.redis.smembers(self.keys(shard).users) for shard in range(PARTITIONS)]
        return sorted(int(user_id) for shard in found for user_id in shard)


@dataclass(frozen=True, slots=True)
class CatalogueStore:
    """The newest event of each movie, from catalog.v1 or metadata.v1, as the JSON that arrived."""

    redis: Redis
    space: str
    topic: str

    def keys(self, shard: int) -> ShardKeys:
        return ShardKeys(self.space, self.topic, shard)

    async def apply(self, batch: Batch[MovieListed] | Batch[MovieEnriched]) -> int:
        """Store a batch; returns how many movies it set.

        Raises:
            Transient: Redis is away or another writer interfered; nothing was changed.
        """
        keys = self.keys(batch.partition)
        async with transient(), self.redis.pipeline(transaction=True) as pipe:
            await pipe.watch(keys.meta)
            offset = int(await pipe.hget(keys.meta, "offset") or 0)
            if batch.next_offset <= offset:
                return 0
            newest = {str(record.event.movie_id): record.value for record in batch.records if record.offset >= offset}
            pipe.multi()
            if newest:
                pipe.hset(keys.movies, mapping=newest)
                pipe.zadd(keys.changed, dict.fromkeys(newest, batch.next_offset))
            pipe.hset(keys.meta, "offset", batch.next_offset)
            await pipe.execute()
            return len(newest)

    async def count(self) -> int:
        """Movies over all shards."""
        async with transient(), self.redis.pipeline(transaction=False) as pipe:
            for shard in range(PARTITIONS):
                pipe.hlen(self.keys(shard).movies)
            return sum(await pipe.execute())
