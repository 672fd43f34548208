"""The ranker over HTTP (internal): the gateway hands its answers on as they are."""

from dataclasses import dataclass
from time import perf_counter
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Request, Response

from marquee.contracts.bodies import MovieSubject, Ranking, RankRequest, UserSubject
from marquee.errors import Transient
from ranker.answers import similar_answer, user_answer
from ranker.online import Online
from ranker.stopwatch import Stopwatch

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wiring:
    online: Online


def wiring(request: Request) -> Wiring:
    return request.state.wiring  # type: ignore[no-any-return]


@router.post("/v1/rank", response_model=Ranking)
async def rank(request: RankRequest, wired: Annotated[Wiring, Depends(wiring)]) -> Response:
    """Rank for a user or similar to a movie; 503 before the first model."""
    online, serving = wired.online, wired.online.serving
    if serving is None:
        raise Transient("no model has been published yet")
    watch, ranking_id = Stopwatch(perf_counter), uuid4().hex
    match request.subject:
        case UserSubject(user_id):
            user = await online.user(user_id)
            watch.lap("user")
            answer = user_answer(serving, user, request, online.cards.get, watch, ranking_id=ranking_id)
        case MovieSubject(movie_id):
            answer = similar_answer(serving, movie_id, request, online.cards.get, watch, ranking_id=ranking_id)
    timing = ", ".join(f"{stage};dur={ms}" for stage, ms in watch.ms.items())
    body = orjson.dumps(answer)
    return Response(body, media_type="application/json", headers={"Server-Timing": timing})
