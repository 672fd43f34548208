"""The public routes. Canonical under /v1; the bare paths are exact aliases."""

from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from gateway.deadlines import redis_within
from gateway.details import movie_detail, rated_movie, user_profile
from gateway.fallback import popular
from gateway.movie_copy import MovieCopy
from gateway.paging import offset_of, token
from gateway.upstream import Upstream
from marquee.contracts.bodies import (
    DEFAULT_K,
    MAX_GENRE,
    MAX_K,
    Digits,
    Filters,
    MovieDetail,
    Problem,
    Ranking,
    RankRequest,
    RatedMovie,
    RatingsRequest,
    Receipts,
    SearchHit,
    SearchPage,
    UserProfile,
)
from marquee.contracts.events import MAX_ID, MovieEnriched, MovieListed
from marquee.contracts.ranking_fields import CardFields
from marquee.errors import Transient, not_found, unprocessable
from marquee.http.request_id import request_id
from marquee.http.service import wired
from marquee.state.filters import MovieFilter
from marquee.stores.online import MovieStore, RatingStore

log = structlog.get_logger()

Responses = dict[int | str, dict[str, Any]]

PROBLEMS: Responses = {
    421: {"model": Problem, "description": "The Host header names another server"},
    422: {"model": Problem, "description": "Refused; `errors` names the fields"},
    500: {"model": Problem, "description": "A bug; it is logged under `request_id`"},
}
UNKNOWN: Responses = {404: {"model": Problem, "description": "No such movie"}}
UNRATED: Responses = {404: {"model": Problem, "description": "The user has not rated this movie"}}
UNAVAILABLE: Responses = {503: {"model": Problem, "description": "Something it needs is unavailable; try again"}}
WITH_BODY: Responses = {
    400: {"model": Problem, "description": "The body cannot be read"},
    413: {"model": Problem, "description": "The body is larger than 64 KiB (ratings: 256 KiB)"},
}

MovieId = Annotated[int, Path(ge=1, le=MAX_ID), Digits]
UserId = Annotated[int, Path(ge=1, le=MAX_ID), Digits]

router = APIRouter(responses=PROBLEMS)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that routes use."""

    catalogue: MovieCopy
    listed: MovieStore[MovieListed]
    enriched: MovieStore[MovieEnriched]
    ratings: RatingStore
    ranker: Upstream
    ingest: Upstream
    optional_read_s: float
    required_read_s: float


Parts = Annotated[Wiring, Depends(wired(Wiring))]


def known_card(parts: Wiring, movie_id: int) -> CardFields:
    """The card of a movie; 404 for an unknown one."""
    card = parts.catalogue.get(movie_id)
    if card is None:
        raise not_found("movie", f"there is no movie {movie_id}")
    return card


@router.get("/search", tags=["movies"])
async def search(
    parts: Parts,
    q: Annotated[
        str, Query(min_length=1, max_length=200, description="a title as one types it, with or without a year")
    ],
    genre: Annotated[str | None, Query(max_length=MAX_GENRE)] = None,
    year_min: Annotated[int | None, Query(ge=1870, le=2200), Digits] = None,
    year_max: Annotated[int | None, Query(ge=1870, le=2200), Digits] = None,
    page_size: Annotated[int, Query(ge=1, le=100), Digits] = 20,
    page_token: Annotated[str | None, Query(max_length=64)] = None,
) -> SearchPage:
    """Titles by prefix, with typos, accents and moved articles forgiven; the well-known movie first."""
    if year_min is not None and year_max is not None and year_min > year_max:
        raise unprocessable("year_min", "must not be after year_max")
    wanted = MovieFilter.of(Filters(genres=(genre,) if genre else (), year_min=year_min, year_max=year_max))
    start = offset_of(page_token, q, genre, year_min, year_max)
    catalogue = parts.catalogue
    cards = (catalogue.get(movie_id) for movie_id in catalogue.index.search(q, catalogue.counts.ratings))
    hits = [card for card in cards if card is not None and wanted.passes(card)]
    page = hits[start : start + page_size]
    end = start + len(page)
    return SearchPage(
        items=tuple(SearchHit(**card, ratings=int(catalogue.counts.ratings.get(card["movie_id"], 0))) for card in page),
        next_page_token=token(end, q, genre, year_min, year_max) if end < len(hits) else None,
    )


@router.post("/rank", response_model=Ranking, responses=WITH_BODY | UNKNOWN, tags=["rankings"])
async def rank(body: RankRequest, request: Request, parts: Parts) -> Response:
    """Ranked movies for a user, or similar to a movie, with scores, posters and reasons. 200 on every rung."""
    if body.movie_id is not None:
        known_card(parts, body.movie_id)
    return await ranking(parts, body, await request.body(), request_id(request.scope))


async def ranking(parts: Wiring, body: RankRequest, raw: bytes, identity: str) -> Response:
    """The ranker's answer, unchanged, or the popular list if there is none."""
    try:
        return await parts.ranker.post("/v1/rank", raw, request_id=identity)
    except Transient as error:
        log.warning("popular_list_served", error=str(error))
    missing, rated = ["ranker"], frozenset[int]()
    if body.user_id is not None:
        try:
            async with redis_within(parts.optional_read_s):
                rated = frozenset((await parts.ratings.user(body.user_id)).movie_id.tolist())
        except Transient:
            missing.append("redis")
    answer = popular(parts.catalogue, body, rated, missing=tuple(missing))
    return Response(answer.model_dump_json(), media_type="application/json")


@router.get("/movies/{movie_id}", responses=UNKNOWN, tags=["movies"])
async def movie(movie_id: MovieId, parts: Parts) -> MovieDetail:
    """All that is known of a movie."""
    card = known_card(parts, movie_id)
    try:
        async with redis_within(parts.optional_read_s):
            return await movie_detail(parts.listed, parts.enriched, parts.catalogue, card)
    except Transient:  # the card alone is better than nothing
        counts = parts.catalogue.counts
        count, mean = int(counts.ratings.get(movie_id, 0)), counts.mean.get(movie_id)
        return MovieDetail(**card, rating_count=count, rating_mean=mean)


@router.get("/movies/{movie_id}/similar", response_model=Ranking, responses=UNKNOWN, tags=["movies"])
async def similar(
    movie_id: MovieId, request: Request, parts: Parts, k: Annotated[int, Query(ge=1, le=MAX_K), Digits] = DEFAULT_K
) -> Response:
    """Movies similar to this one; the same as POST /v1/rank with its movie_id."""
    known_card(parts, movie_id)
    body = RankRequest(movie_id=movie_id, k=k)
    raw = body.model_dump_json(exclude_defaults=True).encode()
    return await ranking(parts, body, raw, request_id(request.scope))


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
