"""HTTP: live ratings in, the state of the bulk load out. Internal; the public API is the gateway's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, TypeVar

import structlog
from fastapi import APIRouter, Depends

from ingest.acceptance import accepted, withdrawn
from ingest.bulk_load import load
from ingest.claims import Claims
from ingest.known_movies import KnownMovies
from ingest.progress import LoadStatus, Progress
from ingest.settings import IngestSettings
from marquee.contracts.events import MoviesRated, UserActed
from marquee.contracts.pipeline_bodies import AcceptedFigures
from marquee.contracts.rating_bodies import RatingsRequest, Receipt, Receipts
from marquee.contracts.service_bodies import Problem
from marquee.contracts.topics import RATINGS, Topic
from marquee.contracts.withdrawals import Withdrawal
from marquee.errors import MarqueeError
from marquee.http.recent import RecentCount
from marquee.http.service import wired
from marquee.kafka.publisher import Publisher, record_of
from marquee.kafka.topic_view import TopicView
from marquee.stores.arrivals import Announcer

log = structlog.get_logger()

Live = TypeVar("Live", MoviesRated, UserActed)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that routes use."""

    publisher: Publisher
    known_movies: KnownMovies
    catalog: TopicView
    claims: Claims
    announcer: Announcer
    progress: Progress
    clock: Callable[[], datetime]
    accepted: RecentCount = field(default_factory=RecentCount)

    async def load(self, settings: IngestSettings) -> None:
        """Load settings.data. Live ratings are accepted whether it succeeds or not; GET /v1/load reports which."""
        try:
            await load(settings, self.progress, self.known_movies, clock=self.clock)
        except MarqueeError as error:
            log.error("load_failed", data=settings.data, error=str(error))

    async def publish(self, topic: Topic[Live], events: Sequence[Live]) -> tuple[Receipt, ...]:
        """Put events on a topic; where the log keeps each, once the broker has acknowledged all of them."""
        acks = await self.publisher.publish(topic, [record_of(topic, event) for event in events])
        self.announcer.announce()
        return tuple(
            Receipt(event_id=event.event_id, topic=topic.name, partition=ack.partition, offset=ack.offset)
            for event, ack in zip(events, acks, strict=True)
        )


Parts = Annotated[Wiring, Depends(wired(Wiring))]
router = APIRouter(prefix="/v1")


@router.post("/ratings", status_code=202, responses={422: {"model": Problem}, 503: {"model": Problem}})
async def rate(body: RatingsRequest, parts: Parts) -> Receipts:
    """Accept ratings: 202 when the broker has acknowledged all of them; 422 when one is wrong, and none is stored.

    After a 503 some may be stored; sending the same ratings again, under the same event ids, is safe.
    """
    parts.catalog.require_complete()
    events = accepted(body, parts.known_movies, now=parts.clock())
    await parts.claims.claim(body.ratings)
    receipts = await parts.publish(RATINGS, events)
    parts.accepted.add(len(receipts))
    return Receipts(receipts=receipts)


@router.post("/withdrawals", status_code=202, responses={422: {"model": Problem}, 503: {"model": Problem}})
async def withdraw(body: Withdrawal, parts: Parts) -> Receipt:
    """Take a rating back: 202 when the broker has acknowledged it; the caller has seen that there is such a rating."""
    await parts.claims.claim_withdrawal(body)
    (receipt,) = await parts.publish(RATINGS, [withdrawn(body, now=parts.clock())])
    return receipt


@router.get("/load")
async def load_status(parts: Parts) -> LoadStatus:
    """How far the bulk load has come."""
    return parts.progress.status()


@router.get("/accepted")
async def recently_accepted(parts: Parts) -> AcceptedFigures:
    """How many live ratings were accepted lately; a rating that is sent again counts again."""
    return AcceptedFigures(ratings=parts.accepted.reading())
