"""Explanations over HTTP (internal): why movies are in a person's list or not."""

from time import perf_counter, time_ns

from fastapi import APIRouter, Response

from marquee.contracts.explain_bodies import Explained, ExplainRequest, repeated
from marquee.contracts.rank_request import GuestSubject, UserSubject
from marquee.errors import Transient, refused_fields, unprocessable
from ranker.answers import freshness_for
from ranker.online import KnownUser
from ranker.routes import Parts, Wiring, waited
from ranker.stopwatch import Stopwatch
from ranker.subjects import guest, with_overrides

router = APIRouter()


@router.post("/v1/explain", response_model=Explained)
async def explain(request: ExplainRequest, parts: Parts) -> Response:
    """Places and what would change them; 503 before the first model, and while too many are being explained."""
    if again := repeated(request.movie_ids):
        raise refused_fields(again)
    watch = Stopwatch(perf_counter)
    is_applied = await waited(request, parts.receipts, parts.online, watch)
    serving, cards = parts.online.serving, parts.online.cards
    if serving is None:
        raise Transient("no model has been published yet")
    person = await _person(request, parts)
    watch.lap("user")
    freshness = freshness_for(serving, person)
    if is_applied is not None:
        freshness["applied"] = is_applied and person.missing is None
    answer = await parts.desk.explained(serving, person, request, cards.get, watch, freshness)
    timing = ", ".join(f"{stage};dur={ms}" for stage, ms in watch.ms.items())
    return Response(answer.model_dump_json(), media_type="application/json", headers={"Server-Timing": timing})


async def _person(request: ExplainRequest, parts: Wiring) -> KnownUser:
    match request.subject:
        case UserSubject(user_id):
            return with_overrides(await parts.online.user(user_id), request.overrides)
        case GuestSubject(ratings):
            return guest(ratings, now_ms=time_ns() // 1_000_000)
        case other:  # refused with the body
            raise unprocessable("body", f"{type(other).__name__} is not explained")
