"""Bodies of the public API, as the gateway publishes them in OpenAPI; the ranker writes the ranked ones."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
    model_validator,
)

from marquee.contracts.events import MAX_ID, Id, MetadataStatus, Stars
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.topics import PARTITIONS

MAX_RATINGS = 500
MAX_UNKNOWN = 5
"""Unknown fields of a body that are named one by one."""

VISITOR_ID = MAX_ID
"""The user that pages without a user rank for. Nobody can rate as it, so its list stays the one of a new user."""

_DIGITS = re.compile(r"-?(0|[1-9][0-9]*)")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _plain_digits(value: object) -> object:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise ValueError("must be a whole number, written with digits only")
    return value


def _iso_time(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _TIME.fullmatch(value)):
        raise ValueError("must be an ISO 8601 time with its offset, such as 2026-01-31T20:15:00Z")
    return value


def who_can_rate(user_id: int) -> int:
    """Raises: ValueError for the visitor."""
    if user_id == VISITOR_ID:
        raise ValueError("is the visitor's id, which cannot rate")
    return user_id


Digits = BeforeValidator(_plain_digits)
"""For whole numbers in paths and queries: no sign but a minus, no blank, underscore, point or leading zero."""

# Bodies are strict: JSON's true is not 1, "4" is not 4 and 4.0 is no id. Events, which others wrote before, are not.
BodyId = Annotated[Id, Strict()]
BodyYear = Annotated[int, Field(ge=1870, le=2200), Strict()]
RaterId = Annotated[BodyId, AfterValidator(who_can_rate)]
BodyStars = Annotated[Stars, Strict()]
BodyTime = Annotated[AwareDatetime, BeforeValidator(_iso_time)]


class Body(BaseModel):
    """A request body: unknown fields are refused, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def knows_its_fields(cls, given: Any) -> Any:
        """Many unknown fields are one error: each error costs more than the bytes that cause it."""
        if isinstance(given, dict) and len(given) > len(cls.model_fields) + MAX_UNKNOWN:
            raise ValueError(f"{len(given):,} fields, but only {', '.join(cls.model_fields)} exist")
        return given


def at_most(items: int) -> BeforeValidator:
    """Check a list's length before its items: pydantic counts only the valid ones, after it has looked at all."""

    def check(given: Any) -> Any:
        if isinstance(given, list) and len(given) > items:
            raise ValueError(f"at most {items:,} items, not {len(given):,}")
        return given

    return BeforeValidator(check)


class Answer(BaseModel):
    """A response body."""

    model_config = ConfigDict(frozen=True)


ReceiptTopic = Literal["ratings.v1", "activity.v1"]


class GivenReceipt(Body):
    """A receipt as a 202 gave it, sent back."""

    event_id: UUID
    topic: ReceiptTopic = "ratings.v1"
    partition: int = Field(ge=0, lt=PARTITIONS, strict=True)
    offset: int = Field(ge=0, le=MAX_ID, strict=True)


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


class Card(Answer):
    """A movie as every list shows it."""

    movie_id: int
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    runtime: int | None = Field(default=None, description="minutes")
    poster_url: str | None = Field(default=None, description="absent where no poster is known: draw one")


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


class CountedCard(Card):
    ratings: int = Field(description="how many people rated it")


class SearchHit(CountedCard):
    person: str | None = Field(
        default=None, description="the director or actor whose name was found; absent where the title was"
    )


class SearchPage(Answer):
    items: tuple[SearchHit, ...]
    next_page_token: str | None = None


class PersonMovies(Answer):
    """The movies of a director or actor, those that most people rated first."""

    name: str
    directed: tuple[CountedCard, ...] = ()
    acted: tuple[CountedCard, ...] = ()


class ThemeMovies(Answer):
    """The movies that share a keyword, those that most people rated first."""

    name: str
    count: int = Field(description="all of them; `movies` has the best known 200 at most")
    movies: tuple[CountedCard, ...] = ()


class MovieDetail(Card):
    """All that is known of one movie."""

    original_title: str | None = None
    original_language: str | None = None
    overview: str | None = None
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    imdb_id: str | None = None
    tmdb_id: int | None = None
    tmdb_status: MetadataStatus | None = Field(default=None, description="absent: TMDB was not asked yet")
    tmdb_vote_average: float | None = None
    tmdb_vote_count: int | None = None
    rating_count: int = 0
    rating_mean: float | None = Field(default=None, description="stars, by Marquee's users")


class RatedMovie(Answer):
    movie_id: int
    title: str
    year: int | None = None
    genres: tuple[str, ...] = ()
    poster_url: str | None = None
    rating: float
    rated_at: datetime


class RatingOrder(StrEnum):
    """How a user's ratings are sorted; equal ones by the newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    HIGHEST = "highest"
    LOWEST = "lowest"
    TITLE = "title"


class RatingsPage(Answer):
    """A page of all of a user's ratings."""

    items: tuple[RatedMovie, ...]
    total: int = Field(description="ratings over all pages")
    next_page_token: str | None = None


class NewUser(Answer):
    """An id that nobody uses. It is kept by rating with it."""

    user_id: int


class Affinity(Answer):
    name: str
    liked: int = Field(description="movies rated 4 or more")
    mean_rating: float


class UserProfile(Answer):
    """What the system believes of a user. An unknown user has counts of zero; that is not an error."""

    user_id: int
    is_known: bool
    rating_count: int
    rating_mean: float | None
    first_rated_at: datetime | None
    last_rated_at: datetime | None
    recent_ratings: tuple[RatedMovie, ...] = Field(description="newest first, at most 50")
    top_genres: tuple[Affinity, ...] = ()
    top_people: tuple[Affinity, ...] = ()


class LiveRating(Body):
    event_id: UUID = Field(description="chosen by the client; sending it again changes nothing")
    user_id: RaterId
    movie_id: BodyId
    rating: BodyStars
    rated_at: BodyTime | None = Field(
        default=None, description="with an offset; defaults to now; up to a day ahead counts as now"
    )


class RatingsRequest(Body):
    ratings: Annotated[tuple[LiveRating, ...], Field(min_length=1, max_length=MAX_RATINGS), at_most(MAX_RATINGS)]


class Receipt(Answer):
    """Where the log keeps an accepted event."""

    event_id: UUID
    topic: ReceiptTopic = "ratings.v1"
    partition: int
    offset: int


class Receipts(Answer):
    receipts: tuple[Receipt, ...]


class Invalid(Answer):
    """One field that was refused."""

    field: str = Field(description="a path, e.g. ratings[0].rating")
    message: str


class Problem(Answer):
    """RFC 9457 problem details; the body of every error."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    code: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$")]
    request_id: str
    errors: tuple[Invalid, ...] = Field(default=(), description="at most 20 of them")
    more_errors: int = Field(default=0, description="errors beyond those listed")


class DependencyState(Answer):
    ok: bool
    detail: str = ""
    age_s: float | None = Field(default=None, description="seconds since it was last seen to work")


class Readiness(Answer):
    ready: bool
    dependencies: dict[str, DependencyState]


class Version(Answer):
    service: str
    version: str
    model_version: str | None = None
