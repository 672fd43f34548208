"""What all public routes share: the parts they use, the ids they take and the errors they document."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path
from pydantic import AfterValidator

from gateway.impressions import Impressions
from gateway.movie_copy import MovieCopy
from gateway.pipeline import PipelineView
from gateway.rankings_answered import RankingsAnswered
from gateway.upstream import Upstream
from marquee.contracts.bodies import Digits, who_can_rate
from marquee.contracts.events import MAX_ID, MovieEnriched, MovieListed
from marquee.contracts.ranking_fields import CardFields
from marquee.contracts.service_bodies import Problem
from marquee.errors import not_found
from marquee.http.service import wired
from marquee.stores.known_users import UserReader
from marquee.stores.online import MovieStore, RatingStore

Responses = dict[int | str, dict[str, Any]]

PROBLEMS: Responses = {
    401: {"model": Problem, "description": "An X-API-Key is needed, or is not known"},
    403: {"model": Problem, "description": "The role of the X-API-Key is not enough"},
    421: {"model": Problem, "description": "The Host header names another server"},
    422: {"model": Problem, "description": "Refused; `errors` names the fields"},
    429: {"model": Problem, "description": "This client asks too often; `Retry-After` says when to ask again"},
    500: {"model": Problem, "description": "A bug; it is logged under `request_id`"},
    503: {"model": Problem, "description": "Too much is in hand; `Retry-After` says when to ask again"},
}
UNCHANGED: Responses = {304: {"description": "What the client has, by its If-None-Match, is what it would get"}}
UNKNOWN: Responses = {404: {"model": Problem, "description": "No such movie"}}
UNKNOWN_PERSON: Responses = {404: {"model": Problem, "description": "No movie names this person"}}
UNKNOWN_THEME: Responses = {404: {"model": Problem, "description": "No movie has this theme"}}
UNRATED: Responses = {404: {"model": Problem, "description": "The user has not rated this movie"}}
NO_LONGER_KEPT: Responses = {410: {"model": Problem, "description": "The ranking is no longer kept"}}
UNAVAILABLE: Responses = {503: {"model": Problem, "description": "Something it needs is unavailable; try again"}}
WITH_BODY: Responses = {
    400: {"model": Problem, "description": "The body cannot be read"},
    408: {"model": Problem, "description": "The body did not arrive in time"},
    413: {"model": Problem, "description": "The body is larger than 64 KiB (ratings, events: 256 KiB)"},
}

RankingId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
MovieId = Annotated[int, Path(ge=1, le=MAX_ID), Digits]
UserId = Annotated[int, Path(ge=1, le=MAX_ID), Digits]
RaterId = Annotated[UserId, AfterValidator(who_can_rate)]


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts that routes use."""

    catalogue: MovieCopy
    listed: MovieStore[MovieListed]
    enriched: MovieStore[MovieEnriched]
    ratings: RatingStore
    users: UserReader
    ranker: Upstream
    explainer: Upstream
    ingest: Upstream
    trainer: Upstream
    impressions: Impressions
    pipeline: PipelineView
    answered: RankingsAnswered
    optional_read_s: float
    required_read_s: float


wired_parts = wired(Wiring)
Parts = Annotated[Wiring, Depends(wired_parts)]


def known_card(parts: Wiring, movie_id: int) -> CardFields:
    """The card of a movie; 404 for an unknown one."""
    card = parts.catalogue.get(movie_id)
    if card is None:
        raise not_found("movie", f"there is no movie {movie_id}")
    return card
