"""Rankings: POST /v1/rank, its next pages, and the popular list when there is no ranker."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Query, Request, Response

from gateway.deadlines import redis_within
from gateway.fallback import popular
from gateway.rank_checks import require_known
from gateway.upstream import SHOWN_TO
from gateway.wiring import NO_LONGER_KEPT, UNAVAILABLE, UNKNOWN, WITH_BODY, Parts, RankingId, Wiring, wired_parts
from marquee.contracts.bodies import Digits
from marquee.contracts.rank_request import MAX_K, RankRequest
from marquee.contracts.ranking_bodies import Ranking
from marquee.errors import Transient
from marquee.http.request_id import request_id
from marquee.http.straight_route import StraightRoute

log = structlog.get_logger()

router = APIRouter()


@router.post("/rank", response_model=Ranking, responses=WITH_BODY | UNKNOWN, tags=["rankings"])
async def rank(body: RankRequest, request: Request, parts: Parts) -> Response:
    """Ranked movies for a user, a guest's own ratings or a group, or similar to a movie, with scores and reasons.

    200 on every rung.
    """
    require_known(parts, body)
    answer = await ranking(parts, body, await request.body(), request_id(request.scope))
    if body.user_id is not None and not body.overrides and answer.status_code == 200:  # a what if is no impression
        parts.impressions.note(body.user_id, bytes(answer.body))
    return answer


STRAIGHT = StraightRoute(("/v1/rank", "/rank"), "/rank", RankRequest, wired_parts, rank)


@router.get(
    "/rankings/{ranking_id}",
    response_model=Ranking,
    responses=NO_LONGER_KEPT | UNAVAILABLE,
    tags=["rankings"],
)
async def ranking_page(
    ranking_id: RankingId,
    page_token: Annotated[str, Query(max_length=64, description="the `next_page_token` of the page before")],
    request: Request,
    parts: Parts,
    page_size: Annotated[
        int | None, Query(ge=1, le=MAX_K, description="as many as the ranking's k by default"), Digits
    ] = None,
) -> Response:
    """The next page of a ranking, as it stood when it was first answered; no movie is on two pages.

    Kept for 30 minutes, while the model that made it is in use. What is rated or dismissed meanwhile shows in the next
    ranking.
    """
    params: dict[str, str | int] = {"page_token": page_token}
    if page_size is not None:
        params["page_size"] = page_size
    answer = await parts.ranker.get(f"/v1/rankings/{ranking_id}", params, request_id=request_id(request.scope))
    shown_to = answer.headers.get(SHOWN_TO)
    if shown_to is not None:
        del answer.headers[SHOWN_TO]
        parts.impressions.note(int(shown_to), bytes(answer.body))
    return answer


async def ranking(parts: Wiring, body: RankRequest, raw: bytes, identity: str) -> Response:
    """The ranker's answer, unchanged, or the popular list if there is none."""
    try:
        answer = await parts.ranker.post("/v1/rank", raw, request_id=identity)
        parts.answered.note()
        return answer
    except Transient as error:
        log.warning("popular_list_served", error=str(error))
    missing, unwanted = ["ranker"], frozenset(rating.movie_id for rating in body.ratings or ())
    if user_ids := (body.user_id,) if body.user_id is not None else body.user_ids or ():
        found = await asyncio.gather(*(_unwanted(parts, each) for each in user_ids))
        unwanted = frozenset().union(*(movies for movies in found if movies is not None))
        missing += ["redis"] * (None in found)
    parts.answered.note(is_popular=True)
    fallback = popular(parts.catalogue, body, unwanted, missing=tuple(missing))
    return Response(fallback.model_dump_json(), media_type="application/json")


async def _unwanted(parts: Wiring, user_id: int) -> frozenset[int] | None:
    """The movies that a user has rated or dismissed; None while Redis does not answer in time, or is filled again."""
    try:
        async with redis_within(parts.optional_read_s):
            user = await parts.users.read(user_id)
    except Transient:
        return None
    return None if user.is_rebuilding else user.dismissals.movies.union(user.ratings.state.movie_id.tolist())
