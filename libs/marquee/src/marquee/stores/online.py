"""The online store (Redis): effects and the offset they came from change in one transaction, a shard at a time.

Applying a batch twice changes nothing: records before the shard's stored offset are skipped, and a repeated event id is
recognised. A batch that begins after the stored offset is refused (`Gap`): a store that lost data must be filled again
first. Readers poll what changed since they last looked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import numpy as np
from redis.asyncio.client import Pipeline

from marquee.contracts.batches import Batch, Gap
from marquee.contracts.events import MovieEnriched, MovieListed, MoviesRated
from marquee.contracts.keys import EVENT_ID_TTL_S, ShardKeys
from marquee.contracts.topics import PARTITIONS, RATINGS, Topic, shard_of
from marquee.errors import Transient
from marquee.state.item_stats import merged
from marquee.state.ratings import Ratings, UserState
from marquee.stores.folding import columns, fold
from marquee.stores.key_space import KeySpace, transient
from marquee.stores.packing import pack_users, pack_weeks, unpack_user, unpack_users, unpack_weeks

E = TypeVar("E", MovieListed, MovieEnriched)
Shard = tuple[str, int]
"""A topic's name and a partition."""


async def stored_offsets(space: KeySpace, shards: Sequence[Shard]) -> dict[Shard, int]:
    """The next offset to apply of each shard; 0 for an empty one.

    Raises:
        Transient: Redis is unavailable.
    """
    async with transient(), space.redis.pipeline(transaction=False) as pipe:
        for topic, shard in shards:
            pipe.hget(space.keys(topic, shard).meta, "offset")
        return dict(zip(shards, (int(offset or 0) for offset in await pipe.execute()), strict=True))


async def mark_rebuilding(space: KeySpace, up_to: Mapping[Shard, int]) -> None:
    """Note that these shards lack what they had before, until they have reached the given offsets again."""
    async with transient(), space.redis.pipeline(transaction=False) as pipe:
        for (topic, shard), offset in up_to.items():
            pipe.hset(space.keys(topic, shard).meta, "rebuild_to", offset)
        await pipe.execute()


async def set_back(space: KeySpace, shard: Shard, offset: int) -> None:
    """Read a shard again from an earlier offset on. What it holds stays: effects that come again change nothing.

    Its epoch changes, because marks of changes are offsets and no longer tell a reader what is new.
    """
    meta = space.keys(*shard).meta
    async with transient(), space.redis.pipeline(transaction=True) as pipe:
        pipe.hset(meta, mapping={"offset": offset, "epoch": uuid4().hex})
        pipe.hdel(meta, "rebuild_to")
        await pipe.execute()


@dataclass(frozen=True, slots=True)
class _Meta:
    offset: int
    rebuild_to: int | None


async def _watched(pipe: Pipeline, keys: ShardKeys, batch: Batch[Any]) -> _Meta | None:
    """Watch a shard and read where it is; None if it has all of the batch already.

    Raises:
        Gap: the batch begins after it.
    """
    await pipe.watch(keys.meta)
    offset, rebuild_to = await pipe.hmget(keys.meta, "offset", "rebuild_to")
    meta = _Meta(int(offset or 0), None if rebuild_to is None else int(rebuild_to))
    if batch.first_offset > meta.offset:
        raise Gap("redis", keys.topic, keys.shard, end=meta.offset, first_offset=batch.first_offset)
    return None if batch.next_offset <= meta.offset else meta


def _queue_meta(pipe: Pipeline, keys: ShardKeys, meta: _Meta, next_offset: int) -> None:
    """Queue the shard's new offset, its epoch if it is filled from nothing, and the end of a rebuild."""
    pipe.hset(keys.meta, "offset", next_offset)
    pipe.hsetnx(keys.meta, "epoch", uuid4().hex)
    if meta.rebuild_to is not None and next_offset >= meta.rebuild_to:
        pipe.hdel(keys.meta, "rebuild_to")


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user's history and what the shard says of itself.

    Attributes:
        epoch: of the shard, None for one that holds nothing. is_rebuilding: the shard lacks what it had before.
    """

    state: UserState
    epoch: str | None
    is_rebuilding: bool


@dataclass(frozen=True, slots=True)
class RatingStore:
    """Histories by user and weekly counts by movie, from ratings.v1."""

    space: KeySpace

    def keys(self, shard: int) -> ShardKeys:
        return self.space.keys(RATINGS.name, shard)

    async def apply(self, batch: Batch[MoviesRated]) -> int:
        """Apply a batch exactly once; returns the number of ratings that were new to the store.

        Raises:
            Gap: the batch begins after what the shard holds; nothing was changed.
            Transient: Redis is unavailable or another writer interfered; nothing was changed.
        """
        keys = self.keys(batch.partition)
        async with transient(), self.space.redis.pipeline(transaction=True) as pipe:
            if (meta := await _watched(pipe, keys, batch)) is None:
                return 0
            events: dict[UUID, MoviesRated] = {}
            for record in batch.records:
                if record.offset >= meta.offset:
                    events.setdefault(record.event.event_id, record.event)
            applied = await pipe.mget([keys.event(event_id) for event_id in events]) if events else []
            fresh = [event for event, mark in zip(events.values(), applied, strict=True) if mark is None]
            await self._queue(pipe, keys, columns(fresh), mark=batch.next_offset)
            for event in fresh:
                pipe.set(keys.event(event.event_id), 1, ex=EVENT_ID_TTL_S)
            _queue_meta(pipe, keys, meta, batch.next_offset)
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
            Transient: Redis is unavailable, or the user's shard is being filled again.
        """
        stored = await self.stored_user(user_id)
        if stored.is_rebuilding:
            raise Transient("redis: the ratings are being read again from the log")
        return stored.state

    async def stored_user(self, user_id: int) -> StoredUser:
        """A user's history as it stands, also while the shard is being filled again, in one round trip.

        Raises:
            Transient: Redis is unavailable.
        """
        keys = self.keys(shard_of(user_id))
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            pipe.get(keys.user(user_id))
            pipe.hmget(keys.meta, "epoch", "rebuild_to")
            value, (epoch, rebuild_to) = await pipe.execute()
        return StoredUser(unpack_user(value), None if epoch is None else epoch.decode(), rebuild_to is not None)

    async def counts(self) -> tuple[int, int]:
        """(users, ratings) over all shards."""
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            for shard in range(PARTITIONS):
                pipe.hmget(self.keys(shard).meta, "users", "ratings")
            rows = await pipe.execute()
        return sum(int(row[0] or 0) for row in rows), sum(int(row[1] or 0) for row in rows)

    async def user_ids(self) -> list[int]:
        """Every user with ratings, ascending."""
        async with transient():
            found = [await self.space.redis.smembers(self.keys(shard).users) for shard in range(PARTITIONS)]
        return sorted(int(user_id) for shard in found for user_id in shard)


@dataclass(frozen=True, slots=True)
class MovieStore(Generic[E]):
    """The newest event of each movie, from catalog.v1 or metadata.v1, as the JSON that arrived."""

    space: KeySpace
    topic: Topic[E]

    def keys(self, shard: int) -> ShardKeys:
        return self.space.keys(self.topic.name, shard)

    async def apply(self, batch: Batch[E]) -> int:
        """Store a batch; returns how many movies it set.

        Raises:
            Gap: the batch begins after what the shard holds; nothing was changed.
            Transient: Redis is unavailable or another writer interfered; nothing was changed.
        """
        keys = self.keys(batch.partition)
        async with transient(), self.space.redis.pipeline(transaction=True) as pipe:
            if (meta := await _watched(pipe, keys, batch)) is None:
                return 0
            newest = {
                str(record.event.movie_id): record.value for record in batch.records if record.offset >= meta.offset
            }
            pipe.multi()
            if newest:
                pipe.hset(keys.movies, mapping=newest)
                pipe.zadd(keys.changed, dict.fromkeys(newest, batch.next_offset))
            _queue_meta(pipe, keys, meta, batch.next_offset)
            await pipe.execute()
            return len(newest)

    async def read(self, movie_ids: Sequence[int]) -> dict[int, E]:
        """The newest event of each of these movies; a movie without one is left out. One round trip.

        Raises:
            Transient: Redis is unavailable.
        """
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            for movie_id in movie_ids:
                pipe.hget(self.keys(shard_of(movie_id)).movies, str(movie_id))
            values = await pipe.execute()
        return {movie: self.topic.parse(value) for movie, value in zip(movie_ids, values, strict=True) if value}

    async def count(self) -> int:
        """Movies over all shards."""
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            for shard in range(PARTITIONS):
                pipe.hlen(self.keys(shard).movies)
            return sum(await pipe.execute())
