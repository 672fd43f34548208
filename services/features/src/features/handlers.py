"""One batch, both stores: first what is kept (Parquet), then what is served (Redis).

In this order the log has whatever Redis has, and can publish it again for a broker that lost it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import Counter, Histogram

from marquee.contracts.batches import Batch
from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.errors import Transient
from marquee.stores.event_log import EventLog
from marquee.stores.online import MovieStore, RatingStore

log = structlog.get_logger()

APPLIED = Counter("marquee_features_applied_total", "Ratings or movies that were new to the store", ["topic"])
APPLY_SECONDS = Histogram("marquee_features_apply_seconds", "One batch into one store", ["store"])


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a batch goes, by topic."""

    ratings: RatingStore
    catalog: MovieStore[MovieListed]
    metadata: MovieStore[MovieEnriched]
    log: EventLog

    def online(self, topic: str) -> RatingStore | MovieStore[MovieListed] | MovieStore[MovieEnriched]:
        stores: dict[str, RatingStore | MovieStore[MovieListed] | MovieStore[MovieEnriched]] = {
            RATINGS.name: self.ratings,
            CATALOG.name: self.catalog,
            METADATA.name: self.metadata,
        }
        return stores[topic]

    async def apply(self, batch: Batch[Any]) -> None:
        """Both effects; each alone may be repeated without changing anything.

        Raises:
            Gap: a store ends before the batch begins; what it lacks has to be read first.
            Transient: a store is unavailable.
        """
        with APPLY_SECONDS.labels("offline").time():
            await asyncio.to_thread(_kept, self.log.append, batch)
        with APPLY_SECONDS.labels("online").time():
            fresh = await self.online(batch.topic.name).apply(batch)
        APPLIED.labels(batch.topic.name).inc(fresh)
        await asyncio.to_thread(_kept, self.log.merge_small, batch.topic.name, batch.partition)


def _kept(write: Callable[..., bool], *arguments: object) -> bool:
    try:
        return write(*arguments)
    except OSError as error:
        raise Transient(f"event log: {error}") from error
