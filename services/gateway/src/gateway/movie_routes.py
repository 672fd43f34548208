"""Movies: search, detail, similar ones."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.deadlines import redis_within
from gateway.details import movie_detail
from gateway.paging import offset_of, token
from gateway.ranking_routes import ranking
from gateway.wiring import UNCHANGED, UNKNOWN, MovieId, Parts, known_card
from marquee.contracts.bodies import Digits
from marquee.contracts.movie_bodies import MovieDetail, SearchHit, SearchPage
from marquee.contracts.rank_request import DEFAULT_K, MAX_GENRE, MAX_K, Filters, RankRequest
from marquee.contracts.ranking_bodies import Ranking
from marquee.errors import Transient, unprocessable
from marquee.http.request_id import request_id
from marquee.state.filters import MovieFilter

router = APIRouter()


@router.get("/search", responses=UNCHANGED, tags=["movies"])
async def search(
    parts: Parts,
    q: Annotated[
        str,
        Query(min_length=1, max_length=200, description="a title or a name as one types it, with or without a year"),
    ],
    genre: Annotated[str | None, Query(max_length=MAX_GENRE)] = None,
    year_min: Annotated[int | None, Query(ge=1870, le=2200), Digits] = None,
    year_max: Annotated[int | None, Query(ge=1870, le=2200), Digits] = None,
    page_size: Annotated[int, Query(ge=1, le=100), Digits] = 20,
    page_token: Annotated[str | None, Query(max_length=64)] = None,
) -> SearchPage:
    """Movies by title, director or actor; typos, accents and moved articles are forgiven, well-known movies first."""
    if year_min is not None and year_max is not None and year_min > year_max:
        raise unprocessable("year_min", "must not be after year_max")
    wanted = MovieFilter.of(Filters(genres=(genre,) if genre else (), year_min=year_min, year_max=year_max))
    start = offset_of(page_token, q, genre, year_min, year_max)
    catalogue = parts.catalogue
    found = catalogue.index.search(q, catalogue.counts.ratings_of)
    carded = ((hit.person, catalogue.get(hit.movie_id)) for hit in found)
    hits = ((person, card) for person, card in carded if card is not None and wanted.passes(card))
    page = list(islice(hits, start, start + page_size))
    after = next(hits, None)
    end = start + len(page)
    return SearchPage(
        items=tuple(SearchHit(**card, ratings=catalogue.ratings(card["movie_id"]), person=name) for name, card in page),
        next_page_token=token(end, q, genre, year_min, year_max) if after is not None else None,
    )


@router.get("/movies/{movie_id}", responses=UNKNOWN | UNCHANGED, tags=["movies"])
async def movie(movie_id: MovieId, parts: Parts, response: Response) -> MovieDetail:
    """All that is known of a movie."""
    card = known_card(parts, movie_id)
    try:
        async with redis_within(parts.optional_read_s):
            return await movie_detail(parts.listed, parts.enriched, parts.catalogue, card)
    except Transient:  # the card alone is better than nothing, but not to be kept
        response.headers["Cache-Control"] = "no-store"
        count, mean = parts.catalogue.ratings(movie_id), parts.catalogue.counts.mean(movie_id)
        return MovieDetail(**card, rating_count=count, rating_mean=mean)


@router.get("/movies/{movie_id}/similar", response_model=Ranking, responses=UNKNOWN, tags=["movies"])
async def similar(
    movie_id: MovieId,
    request: Request,
    parts: Parts,
    k: Annotated[int, Query(ge=1, le=MAX_K), Digits] = DEFAULT_K,
    content: Annotated[
        float | None, Query(ge=0, le=1, allow_inf_nan=False, description="0: the same fans; 1: the same story")
    ] = None,
) -> Response:
    """Movies similar to this one; the same as POST /v1/rank with its movie_id."""
    known_card(parts, movie_id)
    body = RankRequest(movie_id=movie_id, k=k, content=content)
    raw = body.model_dump_json(exclude_defaults=True).encode()
    return await ranking(parts, body, raw, request_id(request.scope))
