"""Users: what the system believes of them, and their ratings."""

from fastapi import APIRouter, Request, Response

from gateway.deadlines import redis_within
from gateway.details import rated_movie, user_profile
from gateway.wiring import UNAVAILABLE, UNRATED, WITH_BODY, MovieId, Parts, UserId
from marquee.contracts.bodies import RatedMovie, RatingsRequest, Receipts, UserProfile
from marquee.errors import not_found
from marquee.http.request_id import request_id

router = APIRouter()


@router.get("/users/{user_id}", responses=UNAVAILABLE, tags=["users"])
async def user(user_id: UserId, parts: Parts) -> UserProfile:
    """What the system believes of a user; one nobody has seen has counts of zero."""
    async with redis_within(parts.required_read_s):
        state = await parts.ratings.user(user_id)
        return await user_profile(parts.enriched, parts.catalogue, user_id, state)


@router.get("/users/{user_id}/ratings/{movie_id}", responses=UNRATED | UNAVAILABLE, tags=["users"])
async def user_rating(user_id: UserId, movie_id: MovieId, parts: Parts) -> RatedMovie:
    """A user's rating of one movie, however old it is; of several the newest. 404 without one."""
    async with redis_within(parts.required_read_s):
        found = rated_movie(parts.catalogue, await parts.ratings.user(user_id), movie_id)
    if found is None:
        raise not_found("rating", f"user {user_id} has not rated movie {movie_id}")
    return found


@router.post("/ratings", status_code=202, response_model=Receipts, responses=WITH_BODY | UNAVAILABLE, tags=["users"])
async def rate(body: RatingsRequest, request: Request, parts: Parts) -> Response:
    """Accept 1 to 500 ratings: 202 once the log keeps them all, 422 for all when one is wrong.

    After a 503 some may be stored; sending the same again is safe: an event_id counts once. An event_id that was used
    for another rating is refused.
    """
    return await parts.ingest.post("/v1/ratings", await request.body(), request_id=request_id(request.scope))
