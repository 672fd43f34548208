"""The ranker over HTTP (internal): the gateway hands its answers on as they are."""

from dataclasses import dataclass
from time import perf_counter
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Request, Response

from marquee.contracts.bodies import Ranking, RankRequest
from marquee.errors import Transient
from ranker.answers import Stopwatch, similar_answer, user_answer
from ranker.online import Online

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Wiring:
    online: Online


def wiring(request: Request) -> Wiring:
    return request.state.wiring  # type: ignore[no-any-return]


@router.post("/v1/rank", response_model=Ranking)
async def rank(request: RankRequest, wired: Annotated[Wiring, Depends(wiring)]) -> Response:
    """Rank for a user or similar to a movie; 503 before the first model."""
    world, online = wired.online.world, wired.online
    if world is None:
        raise Transient("no model has been published yet")
    watch, ranking_id = Stopwatch(perf_counter), uuid4().hex
    if request.user_id is not None:
        user = await online.user(request.user_id)
        watch.lap("user")
        answer = user_answer(world, user, request, online.cards.get, watch, ranking_id=ranking_id)
    else:
        answer = similar_answer(world, request, online.cards.get, watch, ranking_id=ranking_id)
    timing = ", ".join(f"{stage};dur={ms}" for stage, ms in watch.ms.items())
    body = orjson.dumps(answer)
    return Response(body, media_type="application/json", headers={"Server-Timing": timing})
