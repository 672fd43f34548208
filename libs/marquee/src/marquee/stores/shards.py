"""How far each shard of the online store is, and the one transaction that moves it on together with its effects.

Applying a range twice changes nothing: records before the shard's offset are skipped. A range that begins after the
offset is refused (`Gap`): a store that lost data must be filled again first.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar
from uuid import UUID, uuid4

from redis.asyncio.client import Pipeline

from marquee.contracts.batches import Gap, Shard
from marquee.contracts.keys import ShardKeys
from marquee.contracts.topics import PARTITIONS
from marquee.stores.key_space import KeySpace, transient
from marquee.stores.rows import Rows

MARKS_AT_ONCE = 1_000

R = TypeVar("R", bound=Rows)
Queue = Callable[[Pipeline, ShardKeys, R], Awaitable[int]]
"""Reads what it needs of a watched shard, calls `multi`, and queues the effects of some rows; returns how many."""


class Mark(NamedTuple):
    """How far one shard is, as Redis has it; None for what it lacks."""

    offset: bytes | None
    epoch: bytes | None
    rebuild_to: bytes | None


Marks = Mapping[Shard, Mark]


async def marks_of(space: KeySpace, shards: Iterable[Shard]) -> Marks:
    """How far shards are, in one exchange with Redis.

    Raises:
        Transient: Redis is unavailable.
    """
    wanted = list(shards)
    async with transient(), space.redis.pipeline(transaction=False) as pipe:
        for shard in wanted:
            pipe.hmget(space.keys(*shard).meta, *Mark._fields)
        return {shard: Mark(*row) for shard, row in zip(wanted, await pipe.execute(), strict=True)}


def shards_of(*topics: str) -> list[Shard]:
    """All shards of these topics."""
    return [(topic, at) for topic in topics for at in range(PARTITIONS)]


async def stored_offsets(space: KeySpace, shards: Sequence[Shard]) -> dict[Shard, int]:
    """The next offset to apply of each shard; 0 for an empty one.

    Raises:
        Transient: Redis is unavailable.
    """
    async with transient(), space.redis.pipeline(transaction=False) as pipe:
        for shard in shards:
            pipe.hget(space.keys(*shard).meta, "offset")
        return dict(zip(shards, (int(offset or 0) for offset in await pipe.execute()), strict=True))


async def mark_rebuilding(space: KeySpace, up_to: Mapping[Shard, int]) -> None:
    """Note that these shards lack what they had before, until they have reached the given offsets again."""
    async with transient(), space.redis.pipeline(transaction=False) as pipe:
        for shard, offset in up_to.items():
            pipe.hset(space.keys(*shard).meta, "rebuild_to", offset)
        await pipe.execute()


async def set_back(space: KeySpace, shard: Shard, offset: int, *, again: Sequence[UUID] = ()) -> None:
    """Read a shard again from an earlier offset on. What it holds stays: effects that come again change nothing.

    Its epoch changes, because marks of changes are offsets, which would no longer show a reader what is new.

    Args:
        again: the events that stood from `offset` on and will come again. All of them count anew, in their new order:
            if only those did whose marks have expired, a rating would come back and its withdrawal would not.
    """
    meta = space.keys(*shard).meta
    await _forget_marks(space, shard, offset, again)
    async with transient(), space.redis.pipeline(transaction=True) as pipe:
        pipe.hset(meta, mapping={"offset": offset, "epoch": uuid4().hex})
        pipe.hdel(meta, "rebuild_to")
        await pipe.execute()


async def _forget_marks(space: KeySpace, shard: Shard, since: int, event_ids: Sequence[UUID]) -> None:
    """Remove these events' marks, except of events that were applied before an offset, which stay."""
    for start in range(0, len(event_ids), MARKS_AT_ONCE):
        names = [space.keys(*shard).event(event_id) for event_id in event_ids[start : start + MARKS_AT_ONCE]]
        async with transient():
            marks = await space.redis.mget(names)
            if later := [name for name, mark in zip(names, marks, strict=True) if mark and int(mark) >= since]:
                await space.redis.delete(*later)


async def apply_once(space: KeySpace, rows: R, queue: Queue[R]) -> int:
    """Change a shard by the rows that it lacks, and its offset, epoch and rebuild mark, all or nothing.

    Returns:
        What `queue` returned; 0 if the shard has all of the rows.
    Raises:
        Gap: the rows begin after what the shard holds; nothing was changed.
        Transient: Redis is unavailable or another writer interfered; nothing was changed.
    """
    keys = space.keys(*rows.shard)
    async with transient(), space.redis.pipeline(transaction=True) as pipe:
        await pipe.watch(keys.meta)
        stored, rebuild_to = await pipe.hmget(keys.meta, "offset", "rebuild_to")
        end = int(stored or 0)
        if rows.first_offset > end:
            raise Gap("redis", *rows.shard, end=end, first_offset=rows.first_offset)
        if rows.next_offset <= end:
            return 0
        count = await queue(pipe, keys, rows.since(end))
        pipe.hset(keys.meta, "offset", rows.next_offset)
        pipe.hsetnx(keys.meta, "epoch", uuid4().hex)
        if rebuild_to is not None and rows.next_offset >= int(rebuild_to):
            pipe.hdel(keys.meta, "rebuild_to")
        await pipe.execute()
        return count
