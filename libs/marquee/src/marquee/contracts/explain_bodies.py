"""Why a movie is in a list or not, and what would change that: the bodies of POST /v1/explain."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field, field_validator

from marquee.contracts.bodies import Answer, BodyId, at_most
from marquee.contracts.movie_bodies import Card
from marquee.contracts.rank_request import RankRequest
from marquee.contracts.ranking_bodies import RankMeta, Reason
from marquee.contracts.reason_codes import ReasonCode

MAX_EXPLAINED = 20


class ExplainRequest(RankRequest):
    """A ranking for a user or a guest, and the movies whose places in it are to be explained."""

    movie_ids: Annotated[tuple[BodyId, ...], Field(min_length=1, max_length=MAX_EXPLAINED), at_most(MAX_EXPLAINED)] = (
        Field(description="distinct; they need not be in the list")
    )
    diversity: float = Field(
        default=0.0, ge=0, le=0, strict=True, description="only 0: a place is explained by scores alone"
    )

    @field_validator("movie_id", "user_ids", check_fields=False)
    @classmethod
    def is_about_one_person(cls, given: object) -> object:
        if given is not None:
            raise ValueError("is not explained: give user_id or ratings")
        return given


def repeated(movie_ids: Sequence[int]) -> list[tuple[str, str]]:
    """The fields of a request that name a movie again, with what is wrong with each."""
    return [
        (f"movie_ids[{at}]", f"movie {movie_id} is named more than once")
        for at, movie_id in enumerate(movie_ids)
        if movie_id in movie_ids[:at]
    ]


class Rule(StrEnum):
    """What keeps a movie out of the whole order; if several do, the first of these is named."""

    RATED = "rated"
    DISMISSED = "dismissed"
    EXCLUDED = "excluded"  # by the request
    NOT_IN_MODEL = "not_in_model"  # listed after the model was trained
    NOT_RELEASED = "not_released"
    FILTER = "filter"
    NOT_A_CANDIDATE = "not_a_candidate"  # no retrieval source has it among its best


class FailedFilter(Answer):
    """A condition of the request that the movie does not meet, both as text."""

    name: str = Field(description="a field of `filters`")
    wanted: str
    value: str | None = Field(description="the movie's; null where it is unknown")


class Exclusion(Answer):
    """The rule that keeps a movie out, and what it found."""

    rule: Rule
    detail: str = Field(description="one sentence; every figure in it is a field here")
    rating: float | None = Field(default=None, description="rated: the stars that the person gave")
    filters: tuple[FailedFilter, ...] = Field(default=(), description="filter: all that the movie fails")
    nearest_source: str | None = Field(
        default=None, description="not_a_candidate: the source that came closest to choosing it; null if none scores it"
    )
    nearest_rank: int | None = Field(default=None, description="its place in that source, from 1")
    source_limit: int | None = Field(default=None, description="how many movies that source chooses")


class FamilyGap(Answer):
    """What one part of the score adds to the gap."""

    code: ReasonCode
    contribution: float
    kth_contribution: float
    difference: float = Field(description="contribution - kth_contribution")


class Gap(Answer):
    """The distance to the last movie of the list, by the parts of both scores."""

    to_rank: int = Field(description="k")
    score: float = Field(description="this movie's score minus that of the k-th; the sum of the families' differences")
    families: tuple[FamilyGap, ...] = Field(description="those that make the gap first, the largest of them first")


class ChangedRating(Answer):
    """A rating that the person could change."""

    movie_id: int
    title: str
    rating: float | None = Field(description="stars after the change; null: the rating is taken back")
    rating_before: float | None = Field(description="stars now; null: the movie is not rated yet")


class WouldEnter(Answer):
    """A change that brings the movie into the first k, found by trying and verified by ranking again."""

    changes: tuple[ChangedRating, ...] = Field(
        description="one, or two where no single one tried was enough; new ratings are given in this order"
    )
    rank_after: int


class WithoutRating(Answer):
    """A rating of the person."""

    movie_id: int
    title: str
    rating: float


class WouldLeave(Answer):
    """Ratings without which the movie leaves the first k, verified by ranking again; no part of them is enough."""

    without: tuple[WithoutRating, ...] = Field(description="one to three")
    rank_after: int | None = Field(description="null: the movie would not be in the whole order any more")


class Explanation(Card):
    """Where a movie stands for a person, why, and what would change it."""

    rank: int | None = Field(description="place in the whole order, from 1; null where a rule keeps the movie out")
    score: float | None
    base: float = Field(description="base + the sum of contributions = score")
    sources: tuple[str, ...] = Field(default=(), description="the retrievers that brought it up")
    reasons: tuple[Reason, ...] = Field(default=(), description="of a movie in the list: those of its card there")
    in_list: bool = Field(description="whether it is among the first k")
    excluded_by: Exclusion | None = None
    gap: Gap | None = Field(default=None, description="null without a place, for the k-th, and where there are fewer")
    would_enter: WouldEnter | None = Field(default=None, description="of a movie outside the list; null: not found")
    would_leave: WouldLeave | None = Field(default=None, description="of a movie in the list; null: not found")
    tried: int = Field(description="changes of the person's ratings that were ranked again for this movie")
    text: str = Field(description="all this in plain words; every figure in it is a field here")


class Explained(Answer):
    """The answer to POST /v1/explain, in the order of `movie_ids`."""

    model_version: str
    k: int
    items: tuple[Explanation, ...]
    meta: RankMeta
