"""The movies that users have dismissed, from activity.v1; what was shown and opened stays in the event log.

Order of arrival decides: the last of a user's dismissals and un-dismissals of a movie holds, whatever their times, so
that batching makes no difference. An event id counts where it first stood. A shard may be read again from an earlier
offset on, when some marks of event ids have expired and newer ones have not: so a mark holds the offset of the first
place, and an event that comes again at its own place is applied again, in its order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from redis.asyncio.client import Pipeline

from marquee.contracts.events import Act, UserActed
from marquee.contracts.keys import EVENT_ID_TTL_S, ShardKeys
from marquee.contracts.topics import ACTIVITY, PARTITIONS
from marquee.stores.key_space import KeySpace, queue_many, transient
from marquee.stores.packing import pack_dismissed, unpack_dismissed
from marquee.stores.rows import ActivityRows
from marquee.stores.scripts import queue_set_all
from marquee.stores.shards import apply_once

DECISIVE = (Act.DISMISSED, Act.UNDISMISSED)
"""The acts that change what is stored online."""


@dataclass(frozen=True, slots=True)
class StoredDismissals:
    """The movies that a user has dismissed, and the condition of their shard.

    Attributes:
        epoch: of the shard, None for one that holds nothing.
        is_rebuilding: the shard lacks what it had before.
    """

    movies: frozenset[int]
    epoch: bytes | None
    is_rebuilding: bool

    @classmethod
    def of(cls, value: bytes | None, condition: tuple[bytes | None, bytes | None]) -> Self:
        """What the two reads of `queue_user` gave."""
        epoch, rebuild_to = condition
        return cls(frozenset(unpack_dismissed(value)) if value else frozenset(), epoch, rebuild_to is not None)


@dataclass(frozen=True, slots=True)
class DismissalStore:
    """Per user the dismissed movies, and when."""

    space: KeySpace

    def keys(self, shard: int) -> ShardKeys:
        return self.space.keys(ACTIVITY.name, shard)

    async def apply(self, rows: ActivityRows) -> int:
        """Apply records exactly once; returns how many acts of users (impressions are none) were new to the store.

        Raises:
            Gap, Transient: see `apply_once`; nothing was changed.
        """
        return await apply_once(self.space, rows, _queue_dismissals)

    async def count(self) -> int:
        """Dismissed movies over all users."""
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            for shard in range(PARTITIONS):
                pipe.hget(self.keys(shard).meta, "dismissed")
            return sum(int(count or 0) for count in await pipe.execute())

    async def of_all_users(self) -> dict[int, dict[int, int]]:
        """By user: when each dismissed movie was dismissed, in Unix milliseconds. Users ascending; reads everything."""
        found: dict[int, dict[int, int]] = {}
        async with transient():
            for shard in range(PARTITIONS):
                keys = self.keys(shard)
                for user_id in map(int, await self.space.redis.smembers(keys.users)):
                    found[user_id] = unpack_dismissed(await self.space.redis.get(keys.user(user_id)))
        return dict(sorted(found.items()))


def folded(before: dict[int, int], acts: Iterable[UserActed]) -> dict[int, int]:
    """A user's dismissed movies, and when, after some decisive acts in order of arrival."""
    after = dict(before)
    for act in acts:
        (movie_id,) = act.movie_id
        if act.kind is Act.DISMISSED:
            after[movie_id] = act.acted_at_ms
        else:
            after.pop(movie_id, None)
    return after


async def _queue_dismissals(pipe: Pipeline, keys: ShardKeys, rows: ActivityRows) -> int:
    """Queue the effects and marks of the acts that were not applied before; returns how many."""
    fresh = await _fresh(pipe, keys, rows)
    by_user: dict[int, list[UserActed]] = {}
    for act in fresh.values():
        if act.kind in DECISIVE:
            by_user.setdefault(act.user_id, []).append(act)
    values = await queue_many(pipe, "MGET", *map(keys.user, by_user)) if by_user else []
    pipe.multi()
    grown = 0
    for (user_id, acts), value in zip(by_user.items(), values, strict=True):
        before = unpack_dismissed(value)
        after = folded(before, acts)
        grown += len(after) - len(before)
        if after:
            pipe.set(keys.user(user_id), pack_dismissed(after))
            pipe.sadd(keys.users, user_id)
        else:
            pipe.delete(keys.user(user_id))
            pipe.srem(keys.users, user_id)
    if grown:
        pipe.hincrby(keys.meta, "dismissed", grown)
    marks = {keys.event(act.event_id): offset for offset, act in fresh.items()}
    queue_set_all(pipe, marks, ttl_s=EVENT_ID_TTL_S)
    return len(fresh)


async def _fresh(pipe: Pipeline, keys: ShardKeys, rows: ActivityRows) -> dict[int, UserActed]:
    """The users' own acts by offset, without those whose event id stood at an earlier offset."""
    first: dict[UUID, tuple[int, UserActed]] = {}
    for offset, act in zip(rows.offset.tolist(), rows.acts, strict=True):
        if act.kind is not Act.SHOWN:
            first.setdefault(act.event_id, (offset, act))
    marks = await queue_many(pipe, "MGET", *map(keys.event, first)) if first else []
    return {
        offset: act
        for (offset, act), mark in zip(first.values(), marks, strict=True)
        if mark is None or int(mark) >= offset
    }
