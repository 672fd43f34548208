"""HTTP: what users do with lists, and what they were shown. Internal; POST /v1/events is public through the gateway."""

from fastapi import APIRouter

from ingest.acts import acts_of
from ingest.routes import Parts
from marquee.contracts.activity_bodies import EventsRequest, ImpressionsRequest
from marquee.contracts.rating_bodies import Receipts
from marquee.contracts.service_bodies import Problem
from marquee.contracts.topics import ACTIVITY
from marquee.kafka.publisher import record_of

router = APIRouter(prefix="/v1", responses={422: {"model": Problem}, 503: {"model": Problem}})


@router.post("/events", status_code=202)
async def act(body: EventsRequest, parts: Parts) -> Receipts:
    """Accept events: 202 when the broker has acknowledged all of them; 422 when one is wrong, and none is stored.

    After a 503 some may be stored; sending the same events again, under the same event ids, is safe.
    """
    parts.catalog.require_complete()
    acts = acts_of(body, parts.known_movies, now=parts.clock())
    await parts.claims.claim_events(body.events)
    return Receipts(receipts=await parts.publish(ACTIVITY, acts))


@router.post("/impressions", status_code=202)
async def show(body: ImpressionsRequest, parts: Parts) -> None:
    """Put what users were shown on the log. The gateway's own report: nothing of it is asked for or refused."""
    await parts.publisher.publish(ACTIVITY, [record_of(ACTIVITY, shown) for shown in body.impressions])
