"""HTTP: live ratings in, the state of the bulk load out. Internal; the public API is the gateway's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from ingest.acceptance import accepted
from ingest.claims import Claims
from ingest.known_movies import KnownMovies
from ingest.progress import LoadStatus, Progress
from marquee.contracts.bodies import Problem, RatingsRequest, Receipt, Receipts
from marquee.contracts.topics import RATINGS
from marquee.kafka.publisher import Publisher, record_of
from marquee.kafka.topic_view import TopicView


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that routes use."""

    publisher: Publisher
    known_movies: KnownMovies
    catalog: TopicView
    claims: Claims
    progress: Progress
    clock: Callable[[], datetime]


def wiring(request: Request) -> Wiring:
    parts = request.state.wiring
    assert isinstance(parts, Wiring)  # noqa: S101 — set by the lifespan
    return parts


Parts = Annotated[Wiring, Depends(wiring)]
router = APIRouter(prefix="/v1")


@router.post("/ratings", status_code=202, responses={422: {"model": Problem}, 503: {"model": Problem}})
async def rate(body: RatingsRequest, parts: Parts) -> Receipts:
    """Accept ratings: 202 when the broker has acknowledged all of them; 422 when one is wrong, and none is stored.

    After a 503 some may be stored; sending the same ratings again, under the same event ids, is safe.
    """
    parts.catalog.require_complete()
    events = accepted(body, parts.known_movies, now=parts.clock())
    await parts.claims.claim(body.ratings)
    acks = await parts.publisher.publish(RATINGS, [record_of(RATINGS, event) for event in events])
    return Receipts(
        receipts=tuple(
            Receipt(event_id=event.event_id, partition=ack.partition, offset=ack.offset)
            for event, ack in zip(events, acks, strict=True)
        )
    )


@router.get("/load")
async def load_status(parts: Parts) -> LoadStatus:
    """How far the bulk load is."""
    return parts.progress.status()
