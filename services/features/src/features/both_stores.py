"""One batch, both stores: first what is kept (Parquet), then what is served (Redis).

In this order the log has whatever Redis has, and can publish it again for a broker that lost it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Generic, Protocol, TypeVar

import structlog
from prometheus_client import Counter, Histogram

from features.meter import Meter
from marquee.contracts.batches import Batch, Delivered, Shard
from marquee.contracts.events import UserActed
from marquee.contracts.topics import ACTIVITY, CATALOG, METADATA, RATINGS, Topic
from marquee.errors import Transient
from marquee.http.recent import RecentCount
from marquee.stores.dismissals import DECISIVE, DismissalStore
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.rows import ActivityRows, MovieRows, RatingRows, Rows
from marquee.stores.shards import mark_rebuilding, stored_offsets

log = structlog.get_logger()

APPLIED = Counter(
    "marquee_features_applied_total", "Ratings, movies or dismissals that were new to the store", ["topic"]
)
APPLY_SECONDS = Histogram("marquee_features_apply_seconds", "One batch into one store", ["store"])

MERGE_EVERY_S = 1.0

R = TypeVar("R", bound=Rows)
R_contra = TypeVar("R_contra", bound=Rows, contravariant=True)
T = TypeVar("T")


class _Store(Protocol[R_contra]):
    async def apply(self, rows: R_contra, /) -> int: ...


@dataclass(frozen=True, slots=True)
class _Route(Generic[R]):
    """What is made of a topic's batches, where it goes, and how fast."""

    rows_of: Callable[[Batch[Any]], R]
    store: _Store[R]
    meter: Meter = field(default_factory=Meter)


class BothStores:
    """The event log and the online store, by topic."""

    def __init__(self, space: KeySpace, log: EventLog) -> None:
        self.space, self.log = space, log
        self.ratings = RatingStore(space)
        self.listed = MovieStore(space, CATALOG)
        self.enriched = MovieStore(space, METADATA)
        self.dismissals = DismissalStore(space)
        self.new_ratings = RecentCount()
        self._grown: set[Shard] = set()
        self._routes: dict[str, _Route[Any]] = {
            RATINGS.name: _Route(RatingRows.of, self.ratings),
            CATALOG.name: _Route(MovieRows.of, self.listed),
            METADATA.name: _Route(MovieRows.of, self.enriched),
            ACTIVITY.name: _Route(ActivityRows.of, self.dismissals),
        }

    async def apply(self, batch: Batch[Any]) -> None:
        """Put a batch into both; each alone may be repeated without changing anything.

        Raises:
            Gap: a store ends before the batch begins; what it lacks has to be read first.
            Transient: a store is unavailable.
        """
        started, route = monotonic(), self._routes[batch.topic.name]
        with APPLY_SECONDS.labels("offline").time():
            rows = await asyncio.to_thread(self._keep, route, batch)
        with APPLY_SECONDS.labels("online").time():
            fresh = await route.store.apply(rows)
        APPLIED.labels(batch.topic.name).inc(fresh)
        if batch.topic is RATINGS:
            self.new_ratings.add(fresh)
        self._grown.add(batch.shard)
        route.meter.add(len(rows), started=started, now=monotonic())

    async def merge_log(self) -> None:
        """Join the small files of shards that have grown, beside the batches, once per second, until cancelled."""
        while True:
            await asyncio.sleep(MERGE_EVERY_S)
            grown, self._grown = self._grown, set()
            for shard in sorted(grown):
                try:
                    await asyncio.to_thread(self.log.merge_small, *shard)
                except OSError as error:  # nothing is lost: the next batch shows whether the log can be written
                    log.warning("log_not_merged", topic=shard[0], partition=shard[1], error=str(error))

    def _keep(self, route: _Route[R], batch: Batch[Any]) -> R:
        """Make a batch's rows and put them into the log."""
        rows = route.rows_of(batch)
        _on_disk(self.log.append, rows)
        return rows

    def ratings_per_s(self) -> float:
        """Ratings applied per second over the last busy stretch."""
        return self._routes[RATINGS.name].meter.rate()

    async def online_ends(self, shards: Sequence[Shard]) -> dict[Shard, int]:
        """Up to which offset Redis has applied each shard.

        Raises:
            Transient: Redis is unavailable.
        """
        return await stored_offsets(self.space, shards)

    async def log_ends(self, shards: Sequence[Shard]) -> dict[Shard, int]:
        """Up to which offset the log has each shard without a gap."""
        return await asyncio.to_thread(self.log.ends, shards)

    async def expired(self, topic: Topic[UserActed], partition: int, start: int) -> Batch[UserActed]:
        """What Redis lacks before an offset of a time-limited topic, as the log has it: the broker has removed it.

        Impressions and opens are left out: they are in the log, and Redis does not keep them.

        Raises:
            Transient: Redis is unavailable.
        """
        shard = (topic.name, partition)
        first = min((await self.online_ends([shard]))[shard], (await self.log_ends([shard]))[shard])
        events = await asyncio.to_thread(self.log.acts, partition, DECISIVE, first=first, end=start)
        records = tuple(Delivered(event.offset, topic.parse(event.value), event.value) for event in events)
        return Batch(topic, partition, first, start, records)

    async def mark_rebuilding(self, up_to: Mapping[Shard, int]) -> None:
        """Note in Redis that these shards lack what they had before, until they have reached the given offsets."""
        await mark_rebuilding(self.space, up_to)


def _on_disk(write: Callable[..., T], *arguments: object) -> T:
    """Raises: Transient if the log's file system fails."""
    try:
        return write(*arguments)
    except OSError as error:
        raise Transient(f"event log: {error}") from error
