"""A ranked answer as plain dictionaries, ready for JSON: `Ranking` and its parts without the cost of validating them.

Each name here is the public body of the same name in `ranking_bodies.py`, or `movie_bodies.py`; a contract test holds
the two equal.
"""

from datetime import datetime
from typing import Literal, NotRequired, TypedDict

from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.reason_codes import ReasonCode
from marquee.contracts.slots import Slots


class CardFields(TypedDict):
    """A movie as every list shows it; `runtime` in minutes."""

    movie_id: int
    title: str
    year: int | None
    genres: list[str]
    runtime: int | None
    poster_url: str | None


def card_without_details(movie_id: int) -> CardFields:
    """The card of a movie of which nothing but its id is known."""
    title = f"Movie {movie_id}"
    return {"movie_id": movie_id, "title": title, "year": None, "genres": [], "runtime": None, "poster_url": None}


class RatedMovieFields(TypedDict):
    """A movie that the user rated; `rating` in stars."""

    kind: Literal["rated_movie"]
    label: str
    movie_id: int
    rating: float


class GenreFields(TypedDict):
    """A genre; `value` is how many of the user's liked movies have it."""

    kind: Literal["genre"]
    label: str
    value: NotRequired[float]


class PersonFields(TypedDict):
    """A director or actor."""

    kind: Literal["person"]
    label: str


class KeywordFields(TypedDict):
    """A theme."""

    kind: Literal["keyword"]
    label: str


class CountFields(TypedDict):
    """A figure about a movie: how many rated it, or their mean in stars."""

    kind: Literal["count"]
    label: str
    value: float


class YearFields(TypedDict):
    """A release year."""

    kind: Literal["year"]
    label: str


EvidenceFields = RatedMovieFields | GenreFields | PersonFields | KeywordFields | CountFields | YearFields


class FactFields(TypedDict):
    """What a text says: the id of its form (`marquee.contracts.sentences`) and what fills it."""

    form: str
    slots: Slots


class ReasonFields(TypedDict):
    """One additive part of a score, the sentence that tells it, and what it rests on."""

    code: ReasonCode
    text: str
    contribution: float
    evidence: list[EvidenceFields]
    fact: NotRequired[FactFields]


class MemberFields(TypedDict):
    """What one person of a group gets from a movie; base + the sum of contributions = score."""

    user_id: int
    strength: float
    score: float
    base: float
    rung: Rung
    reasons: list[ReasonFields]


class RankedCardFields(CardFields):
    """A card at its place in a ranking; base + the sum of contributions = score, but for a group.

    `people` is empty but for a group.
    """

    rank: int
    score: float
    base: float
    sources: tuple[str, ...]
    reasons: list[ReasonFields]
    people: list[MemberFields]


class FreshnessFields(TypedDict):
    """How old the answer's inputs are; `user_updated_at` is absent where no rating of a user counted."""

    model_as_of: datetime
    model_created_at: datetime
    user_updated_at: NotRequired[datetime]
    applied: NotRequired[bool]


class StagesFields(TypedDict):
    """The way from a star to the list; each is absent where there is no such stage."""

    applied_offset: NotRequired[int]
    ratings: NotRequired[int]
    candidates: NotRequired[int]
    scored: NotRequired[int]
    sums_checked: NotRequired[int]
    ratings_tried: NotRequired[int]


class RankMetaFields(TypedDict):
    """How the answer came about; milliseconds by stage."""

    rung: Rung
    degraded: list[str]
    freshness: FreshnessFields
    candidates: int | None
    stages: StagesFields
    timings_ms: dict[str, float]
    cached: NotRequired[bool]


class RankingFields(TypedDict):
    """The answer of the ranker to POST /v1/rank."""

    ranking_id: str
    model_version: str
    items: list[RankedCardFields]
    next_page_token: str | None
    meta: RankMetaFields
