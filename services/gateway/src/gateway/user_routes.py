"""Users: what the system believes of them, and their ratings."""

import secrets
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.deadlines import redis_within
from gateway.details import user_profile
from gateway.paging import offset_of, token
from gateway.rated import rated_movie, rated_movies, sorted_ratings
from gateway.wiring import UNAVAILABLE, UNRATED, WITH_BODY, MovieId, Parts, RaterId, UserId
from marquee.contracts.bodies import Digits
from marquee.contracts.rating_bodies import RatingsRequest, Receipt, Receipts
from marquee.contracts.user_bodies import NewUser, RatedMovie, RatingOrder, RatingsPage, UserProfile
from marquee.contracts.withdrawals import Withdrawal
from marquee.errors import not_found
from marquee.http.request_id import request_id
from marquee.stores.withdrawing import withdrawal_id

FIRST_NEW_ID, NEW_IDS = 1_000_000_000, 9_000_000_000
"""New users get ten digits: far from the ids of data sets, and short enough to be typed."""

router = APIRouter()


@router.get("/users/{user_id}", responses=UNAVAILABLE, tags=["users"])
async def user(user_id: UserId, parts: Parts) -> UserProfile:
    """What the system believes of a user; one nobody has seen has counts of zero."""
    async with redis_within(parts.required_read_s):
        state = await parts.ratings.user(user_id)
        return await user_profile(parts.enriched, parts.catalogue, user_id, state)


@router.post("/users", status_code=201, responses=UNAVAILABLE, tags=["users"])
async def new_user(parts: Parts) -> NewUser:
    """An id without ratings, drawn at random. Nothing is stored: whoever rates with it has it."""
    async with redis_within(parts.required_read_s):
        while True:
            user_id = FIRST_NEW_ID + secrets.randbelow(NEW_IDS)
            if not len(await parts.ratings.user(user_id)):
                return NewUser(user_id=user_id)


@router.get("/users/{user_id}/ratings", responses=UNAVAILABLE, tags=["users"])
async def user_ratings(
    user_id: UserId,
    parts: Parts,
    sort: RatingOrder = RatingOrder.NEWEST,
    page_size: Annotated[int, Query(ge=1, le=500), Digits] = 50,
    page_token: Annotated[str | None, Query(max_length=64)] = None,
) -> RatingsPage:
    """All ratings of a user, page by page; none for a user nobody has seen."""
    start = offset_of(page_token, user_id, sort)
    async with redis_within(parts.required_read_s):
        rated = sorted_ratings(parts.catalogue, await parts.ratings.user(user_id), sort)
    end = start + page_size
    return RatingsPage(
        items=tuple(rated_movies(parts.catalogue, rated[start:end])),
        total=len(rated),
        next_page_token=token(end, user_id, sort) if end < len(rated) else None,
    )


@router.get("/users/{user_id}/ratings/{movie_id}", responses=UNRATED | UNAVAILABLE, tags=["users"])
async def user_rating(user_id: UserId, movie_id: MovieId, parts: Parts) -> RatedMovie:
    """A user's rating of one movie, however old it is; of several the newest. 404 without one."""
    async with redis_within(parts.required_read_s):
        found = rated_movie(parts.catalogue, await parts.ratings.user(user_id), movie_id)
    if found is None:
        raise not_found("rating", f"user {user_id} has not rated movie {movie_id}")
    return found


@router.delete(
    "/users/{user_id}/ratings/{movie_id}",
    status_code=202,
    response_model=Receipt,
    responses=UNRATED | UNAVAILABLE,
    tags=["users"],
)
async def withdraw(user_id: RaterId, movie_id: MovieId, request: Request, parts: Parts) -> Response:
    """Take a rating back: 202 once the log keeps that, and a moment later it is as if the movie had never been rated.

    404 without such a rating, and so for a repeated request; sent again before it is applied it changes nothing more.
    """
    async with redis_within(parts.required_read_s):
        event_id = await withdrawal_id(parts.ratings, user_id, movie_id, on=datetime.now(UTC).date())
    if event_id is None:
        raise not_found("rating", f"user {user_id} has not rated movie {movie_id}")
    body = Withdrawal(event_id=event_id, user_id=user_id, movie_id=movie_id).model_dump_json().encode()
    return await parts.ingest.post("/v1/withdrawals", body, request_id=request_id(request.scope))


@router.post("/ratings", status_code=202, response_model=Receipts, responses=WITH_BODY | UNAVAILABLE, tags=["users"])
async def rate(body: RatingsRequest, request: Request, parts: Parts) -> Response:
    """Accept 1 to 500 ratings: 202 once the log keeps them all, 422 for all when one is wrong.

    After a 503 some may be stored; sending the same again is safe: an event_id counts once. An event_id that was used
    for another rating is refused.
    """
    return await parts.ingest.post("/v1/ratings", await request.body(), request_id=request_id(request.scope))
