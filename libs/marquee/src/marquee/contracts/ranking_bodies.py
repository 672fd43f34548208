"""Bodies of a ranking: ranked cards with their reasons, and how the answer came about. The ranker writes them."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import Field

from marquee.contracts.bodies import Answer
from marquee.contracts.movie_bodies import Card
from marquee.contracts.reason_codes import ReasonCode


class Evidence(Answer):
    """What a reason rests on: a movie the user rated, a genre, a person or a count."""

    kind: Literal["rated_movie", "genre", "person", "keyword", "count", "year"]
    label: str
    movie_id: int | None = None
    rating: float | None = None
    value: float | None = None


class Fact(Answer):
    """What a reason's text says, as data: the form of its sentence and what fills it."""

    form: str = Field(description="an id such as liked_similar.fans; it decides which slots there are")
    slots: dict[str, int | float | str | tuple[str, ...]] = Field(
        default_factory=dict, description="stars, counts, years, minutes, titles, names by the form's own names"
    )


class Reason(Answer):
    """One additive part of a score. The base and all contributions of a card add up to its score."""

    code: ReasonCode
    text: str
    contribution: float
    evidence: tuple[Evidence, ...] = ()
    fact: Fact | None = None


class Rung(StrEnum):
    """How good an answer this is, best first."""

    PERSONAL = "personal"
    SIMILAR = "similar"  # a movie_id request, answered in full
    COLD = "cold"  # a user without usable ratings: popular and diverse
    STALE = "stale"  # the online store is unavailable: the last known state of the user
    RETRIEVAL = "retrieval"  # no model: retrieval order
    POPULAR = "popular"  # no ranker: the gateway's own copy of the popular list


class Member(Answer):
    """What one person of a group gets from a movie."""

    user_id: int
    strength: float = Field(
        ge=0, le=1, description="the share of all movies considered that this person's score does not put before it"
    )
    score: float = Field(description="in this person's own ranking; not comparable between people")
    base: float = Field(description="base + the sum of contributions = score")
    rung: Rung = Field(description="cold: nothing is known of this person, popularity stands in")
    reasons: tuple[Reason, ...] = Field(default=(), description="the one to tell first comes first")


class RankedCard(Card):
    rank: int
    score: float
    base: float = Field(description="base + the sum of contributions = score")
    sources: tuple[str, ...] = Field(default=(), description="the retrievers that brought it up")
    reasons: tuple[Reason, ...] = Field(default=(), description="the one to tell first comes first")
    people: tuple[Member, ...] = Field(
        default=(),
        description="with user_ids: every person's part, in the order asked; `score` is the blend of their strengths, "
        "and `reasons` are theirs",
    )


class Freshness(Answer):
    model_as_of: datetime | None = Field(default=None, description="the newest ratings the model was fitted on")
    model_created_at: datetime | None = None
    user_updated_at: datetime | None = Field(default=None, description="the user's newest rating that was counted")
    applied: bool | None = Field(
        default=None, description="whether every receipt in `after` counts in this answer; null without `after`"
    )


class Stages(Answer):
    """The way from a star to the list, in numbers; null where there is no such stage."""

    applied_offset: int | None = Field(
        default=None, description="of the user's partition of ratings.v1: everything before it counts"
    )
    ratings: int | None = Field(default=None, description="of the user, that were read")
    candidates: int | None = Field(default=None, description="movies that retrieval chose, or that could be listed")
    scored: int | None = Field(default=None, description="candidates that the model scored")
    sums_checked: int | None = Field(default=None, description="cards whose parts were added up and held to the score")
    ratings_tried: int | None = Field(
        default=None, description="ratings that were taken away to see whether a movie's score falls"
    )


class RankMeta(Answer):
    rung: Rung
    degraded: tuple[str, ...] = Field(default=(), description="what is missing, e.g. ranker, redis")
    freshness: Freshness = Freshness()
    candidates: int | None = Field(default=None, description="movies in the whole order of which this is a page")
    stages: Stages = Stages()
    timings_ms: dict[str, float] = Field(default_factory=dict)
    cached: bool = Field(
        default=False,
        description="sent again, because nothing that it follows from has changed: ranking_id and stages are those of "
        "the first time, timings_ms are of this time",
    )


class Ranking(Answer):
    """The answer to POST /v1/rank and GET /v1/movies/{id}/similar."""

    ranking_id: str
    model_version: str | None
    items: tuple[RankedCard, ...]
    next_page_token: str | None = None
    meta: RankMeta
