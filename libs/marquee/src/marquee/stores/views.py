"""Reading the online store: caches that follow its changes, and the digest that tells two states apart."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Self, TypeVar

import numpy as np

from marquee.arrays import IntArray
from marquee.contracts.topics import CATALOG, METADATA, PARTITIONS, RATINGS, shard_of
from marquee.state.item_stats import ItemStats
from marquee.stores.dismissals import DismissalStore
from marquee.stores.key_space import KeySpace, transient
from marquee.stores.online import RatingStore
from marquee.stores.packing import pack_dismissed, pack_weeks, total_weeks
from marquee.stores.shards import Marks, marks_of, shards_of
from marquee.stores.week_counts import NOTHING, WeekCounts, summed

T = TypeVar("T")
Read = Callable[[dict[int, bytes]], T]
"""What a reader keeps of some movies' values, given by movie id; empty for a movie that is no longer there."""


@dataclass(frozen=True, slots=True)
class Changes(Generic[T]):
    """What changed in one shard.

    Attributes:
        parts: what was read of some movies after the other, no movie twice.
        is_whole: this is all that the shard holds, because it was filled from nothing since the last look.
    """

    parts: list[T]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class _Seen:
    epoch: bytes
    offset: int


@dataclass(slots=True)
class ChangeFeed:
    """Remembers how far a reader has read one topic's movies, and returns those that changed since."""

    space: KeySpace
    topic: str
    _seen: dict[int, _Seen] = field(default_factory=dict)

    async def poll(self, read: Read[T], marks: Marks | None = None) -> dict[int, Changes[T]]:
        """What changed, by shard. The first call returns everything; a shard that was emptied is not reported before
        it is full again, so that a copy never shrinks to what a rebuild has reached so far.

        Args:
            read: is given a few thousand values at a time, and only what it makes of them is kept.
            marks: of the topic's shards, where they have just been read.
        Raises:
            Transient: Redis is unavailable; nothing is marked as read.
        """
        async with transient():
            if marks is None:
                marks = await marks_of(self.space, shards_of(self.topic))
            changes: dict[int, Changes[T]] = {}
            seen = dict(self._seen)
            for shard in range(PARTITIONS):
                offset, epoch, rebuild_to = marks[self.topic, shard]
                before = seen.get(shard)
                if offset is None or (rebuild_to is not None and before is not None):
                    continue
                now = _Seen(epoch or b"", int(offset))
                if now == before:
                    continue
                is_whole = before is None or before.epoch != now.epoch or now.offset < before.offset
                after = 0 if is_whole or before is None else before.offset
                changes[shard] = Changes(await self._read(shard, after, read), is_whole)
                seen[shard] = now
            self._seen = seen
        return changes

    async def _read(self, shard: int, after: int, read: Read[T]) -> list[T]:
        keys = self.space.keys(self.topic, shard)
        movies = await self.space.redis.zrange(keys.changed, f"({after}", "+inf", byscore=True)
        found: list[T] = []
        for start in range(0, len(movies), 2_000):
            part = movies[start : start + 2_000]
            values = await self.space.redis.hmget(keys.movies, part)
            found.append(read({int(movie): value or b"" for movie, value in zip(part, values, strict=True)}))
        return found


class StatsView:
    """A reader's copy of the weekly counts of all shards, kept up by a change feed."""

    def __init__(self, space: KeySpace) -> None:
        self._feed = ChangeFeed(space, RATINGS.name)
        self._shards: dict[int, WeekCounts] = {}
        self.version = 0

    def __len__(self) -> int:
        """Shards that were seen with something in them."""
        return len(self._shards)

    async def refresh(self, marks: Marks | None = None) -> bool:
        """Read what changed; returns whether anything did.

        Args:
            marks: of RATINGS, where they have just been read.
        Raises:
            Transient: Redis is unavailable; the counts stay as they were.
        """
        changes = await self._feed.poll(WeekCounts.of, marks)
        if changes:
            self._shards |= await asyncio.to_thread(self._updated, changes)
            self.version += 1
        return bool(changes)

    def stats(self) -> ItemStats:
        """The counts as one summed table."""
        return summed(list(self._shards.values()))

    def _updated(self, changes: dict[int, Changes[WeekCounts]]) -> dict[int, WeekCounts]:
        known = {
            shard: NOTHING if each.is_whole else self._shards.get(shard, NOTHING) for shard, each in changes.items()
        }
        return {shard: counts.updated(changes[shard].parts) for shard, counts in known.items()}


@dataclass(frozen=True, slots=True)
class Totals:
    """Each movie's ratings of all time; one row per movie, by id.

    Attributes:
        movie_id, n, half_stars, positives: (m,) int64: ratings, the sum of 2 x stars, ratings of 4 stars or more.
    """

    movie_id: IntArray
    n: IntArray
    half_stars: IntArray
    positives: IntArray

    @classmethod
    def of(cls, totals: dict[int, tuple[int, int, int]]) -> Self:
        rows = np.array([(movie_id, *totals[movie_id]) for movie_id in sorted(totals)], np.int64).reshape(-1, 4)
        return cls(*(np.ascontiguousarray(column) for column in rows.T))

    def updated(self, newer: Self) -> Self:
        """The rows of both; of a movie that both have, the newer one."""
        kept = ~np.isin(self.movie_id, newer.movie_id, assume_unique=True)
        movie_id = np.concatenate([self.movie_id[kept], newer.movie_id])
        order = np.argsort(movie_id)
        pairs = ((self.n, newer.n), (self.half_stars, newer.half_stars), (self.positives, newer.positives))
        return type(self)(movie_id[order], *(np.concatenate([old[kept], new])[order] for old, new in pairs))

    @classmethod
    def summed(cls, parts: "list[Self]") -> Self:
        """Rows of the same movie added up; movies without a rating are left out."""
        if not parts:
            return cls.of({})
        movie_id, at = np.unique(np.concatenate([part.movie_id for part in parts]), return_inverse=True)
        columns = [np.zeros(len(movie_id), np.int64) for _ in range(3)]
        for column, name in zip(columns, ("n", "half_stars", "positives"), strict=True):
            np.add.at(column, at, np.concatenate([getattr(part, name) for part in parts]))
        is_rated = columns[0] > 0  # of a movie whose last rating was withdrawn an empty row is left in its shard
        return cls(movie_id[is_rated], *(column[is_rated] for column in columns))


class TotalsView:
    """A reader's copy of the movies' totals, 32 bytes for each, where weeks take 16 bytes each."""

    def __init__(self, space: KeySpace) -> None:
        self._feed = ChangeFeed(space, RATINGS.name)
        self._shards: dict[int, Totals] = {}

    async def refresh(self, marks: Marks | None = None) -> bool:
        """Read what changed; returns whether anything did.

        Args:
            marks: of RATINGS, where they have just been read.
        Raises:
            Transient: Redis is unavailable; the totals stay as they were.
        """
        changes = await self._feed.poll(total_weeks, marks)
        for shard, changed in changes.items():
            newer = Totals.of({movie_id: total for part in changed.parts for movie_id, total in part.items()})
            known = None if changed.is_whole else self._shards.get(shard)
            self._shards[shard] = newer if known is None else known.updated(newer)
        return bool(changes)

    def totals(self) -> Totals:
        """Of all shards."""
        return Totals.summed(list(self._shards.values()))


async def digest(space: KeySpace) -> str:
    """A canonical digest of everything stored: equal states give equal digests, however they came about.

    Without a dismissed movie it is what it was before there were any.
    """
    sha = hashlib.sha256()
    store = RatingStore(space)
    for user_id in await store.user_ids():
        value = await space.redis.get(store.keys(shard_of(user_id)).user(user_id))
        sha.update(f"user {user_id} ".encode() + (value or b""))
    view = StatsView(space)
    await view.refresh()
    for movie_id, value in pack_weeks(view.stats()).items():
        sha.update(f"movie {movie_id} ".encode() + value)
    for topic in (CATALOG, METADATA):
        shards = [await space.redis.hgetall(space.keys(topic.name, shard).movies) for shard in range(PARTITIONS)]
        rows = sorted((int(movie), value) for shard in shards for movie, value in shard.items())
        for movie_id, value in rows:
            sha.update(f"{topic.name} {movie_id} ".encode() + value)
    for user_id, dismissed in (await DismissalStore(space).of_all_users()).items():
        sha.update(f"dismissed {user_id} ".encode() + pack_dismissed(dismissed))
    return sha.hexdigest()
