"""The online store (Redis): histories and counts from ratings.v1, and the newest event of each movie.

Effects and the offset they came from change in one transaction per shard (`marquee.stores.shards`), and a repeated
event id is recognised, so that everything counts once. Readers poll what changed since they last looked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import numpy as np
from redis.asyncio.client import Pipeline

from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.keys import EVENT_ID_TTL_S, ShardKeys
from marquee.contracts.topics import PARTITIONS, RATINGS, Topic, shard_of
from marquee.errors import Transient
from marquee.state.item_stats import merged
from marquee.state.ratings import Ratings, UserState
from marquee.stores.folding import fold
from marquee.stores.key_space import KeySpace, queue_many, transient
from marquee.stores.packing import pack_users, pack_weeks, unpack_user, unpack_users, unpack_weeks
from marquee.stores.rows import MovieRows, RatingRows
from marquee.stores.scripts import queue_set_all
from marquee.stores.shards import apply_once

E = TypeVar("E", MovieListed, MovieEnriched)

NEVER = np.iinfo(np.int64).max
"""In place of the offset at which an event was applied."""


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user's history and the condition of its shard.

    Attributes:
        epoch: of the shard, None for one that holds nothing.
        is_rebuilding: the shard lacks what it had before.
    """

    state: UserState
    epoch: str | None
    is_rebuilding: bool

    @classmethod
    def of(cls, value: bytes | None, condition: tuple[bytes | None, bytes | None]) -> Self:
        """What the two reads of `queue_user` gave."""
        epoch, rebuild_to = condition
        return cls(unpack_user(value), None if epoch is None else epoch.decode(), rebuild_to is not None)


@dataclass(frozen=True, slots=True)
class RatingStore:
    """Histories by user and weekly counts by movie, from ratings.v1. What was withdrawn leaves no trace in it."""

    space: KeySpace

    def keys(self, shard: int) -> ShardKeys:
        return self.space.keys(RATINGS.name, shard)

    async def apply(self, rows: RatingRows) -> int:
        """Apply records exactly once; returns the number of ratings and withdrawals that were new to the store.

        Raises:
            Gap, Transient: see `apply_once`; nothing was changed.
        """
        return await apply_once(self.space, rows, _queue_ratings)

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
            queue_user(pipe, keys, user_id)
            return StoredUser.of(*await pipe.execute())

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


def queue_user(pipe: Pipeline, keys: ShardKeys, user_id: int) -> None:
    """Queue the reads of what a shard keeps of a user, and of the shard's condition: two results."""
    pipe.get(keys.user(user_id))
    pipe.hmget(keys.meta, "epoch", "rebuild_to")


async def _queue_ratings(pipe: Pipeline, keys: ShardKeys, rows: RatingRows) -> int:
    """Queue the ratings of events that were not applied at an earlier offset; returns how many.

    An event whose mark names its own offset, or a later one, is being read again at its first place.
    """
    rows = rows.first_of_each_event()
    found = await queue_many(pipe, "MGET", *map(keys.event, rows.event_id)) if rows.event_id else []
    applied_at = np.array([NEVER if mark is None else int(mark) for mark in found], np.int64)
    fresh = rows.where(applied_at >= rows.offset)
    await _queue_folded(pipe, keys, fresh.ratings, changed_at=rows.next_offset)
    marks = dict(zip(map(keys.event, fresh.event_id), fresh.offset.tolist(), strict=True))
    queue_set_all(pipe, marks, ttl_s=EVENT_ID_TTL_S)
    return len(fresh)


async def _queue_folded(pipe: Pipeline, keys: ShardKeys, arrived: Ratings, *, changed_at: int) -> None:
    """Read the histories and counts concerned, fold, and queue what changes in the transaction."""
    users = np.unique(arrived.user_id).tolist()
    values = await queue_many(pipe, "MGET", *map(keys.user, users)) if users else []
    before = unpack_users(dict(zip(users, values, strict=True)))
    folded = fold(before, arrived)
    histories = pack_users(folded.after)
    movies = np.unique(folded.delta.movie_id).tolist()
    weeks = await pipe.hmget(keys.movies, movies) if movies else []
    packed = pack_weeks(merged(unpack_weeks(zip(movies, weeks, strict=True)), folded.delta))
    pipe.multi()
    if histories:
        names_and_values = [part for user, value in histories.items() for part in (keys.user(user), value)]
        queue_many(pipe, "MSET", *names_and_values)
        pipe.sadd(keys.users, *histories)
    if left := [user_id for user_id in users if user_id not in histories]:
        queue_many(pipe, "DEL", *map(keys.user, left))
        pipe.srem(keys.users, *left)
    if users:
        pipe.hincrby(keys.meta, "users", len(histories) - sum(value is not None for value in values))
        pipe.hincrby(keys.meta, "ratings", len(folded.after) - len(before))
    if packed:
        pipe.hset(keys.movies, mapping={str(movie): value for movie, value in packed.items()})
    if gone := [str(movie) for movie in movies if movie not in packed]:
        pipe.hdel(keys.movies, *gone)
    if movies:
        pipe.zadd(keys.changed, dict.fromkeys(map(str, movies), changed_at))


@dataclass(frozen=True, slots=True)
class MovieStore(Generic[E]):
    """The newest event of each movie, from catalog.v1 or metadata.v1, as the JSON that arrived."""

    space: KeySpace
    topic: Topic[E]

    def keys(self, shard: int) -> ShardKeys:
        return self.space.keys(self.topic.name, shard)

    async def apply(self, rows: MovieRows) -> int:
        """Store the newest event of each movie; returns how many movies were set.

        Raises:
            Gap, Transient: see `apply_once`; nothing was changed.
        """
        return await apply_once(self.space, rows, _queue_movies)

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


async def _queue_movies(pipe: Pipeline, keys: ShardKeys, rows: MovieRows) -> int:
    newest = dict(zip(map(str, rows.movie_id.tolist()), rows.value, strict=True))
    pipe.multi()
    if newest:
        pipe.hset(keys.movies, mapping=newest)
        pipe.zadd(keys.changed, dict.fromkeys(newest, rows.next_offset))
    return len(newest)
