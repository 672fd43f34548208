"""What users do with movies in lists: POST /v1/events."""

from fastapi import APIRouter, Request, Response

from gateway.wiring import UNAVAILABLE, WITH_BODY, Parts
from marquee.contracts.activity_bodies import EventsRequest
from marquee.contracts.rating_bodies import Receipts
from marquee.http.request_id import request_id

router = APIRouter()


@router.post("/events", status_code=202, response_model=Receipts, responses=WITH_BODY | UNAVAILABLE, tags=["users"])
async def act(body: EventsRequest, request: Request, parts: Parts) -> Response:
    """Accept 1 to 500 events: 202 once the log keeps them all, 422 for all when one is wrong.

    A dismissed movie leaves the user's lists until it is un-dismissed; it does not count as rated. Of several
    dismissals and un-dismissals of a movie the last to arrive holds. After a 503 some may be stored; sending the same
    again is safe: an event_id counts once. An event_id that was used for another event or rating is refused.
    """
    return await parts.ingest.post("/v1/events", await request.body(), request_id=request_id(request.scope))
