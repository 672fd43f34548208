"""What may be ranked, and for whom: the body of POST /v1/rank."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from marquee.contracts.bodies import MAX_RATINGS, Body, BodyId, BodyStars, BodyYear, GivenReceipt, at_most

MAX_K = 500
DEFAULT_K = 25
MAX_EXCLUDED = 1_000
MAX_OVERRIDES = 50
MAX_AFTER = 20
"""Receipts that one ranking can wait for."""
MAX_GENRE = 64
"""Characters; MovieLens's longest genre has 18."""

Genre = Annotated[str, StringConstraints(max_length=MAX_GENRE)]

SUBJECTS = ("user_id", "movie_id", "ratings")
"""A request names exactly one of these."""


class Filters(Body):
    """Which movies may be ranked. All given conditions hold together."""

    genres: Annotated[tuple[Genre, ...], at_most(20)] = Field(
        default=(), max_length=20, description="at least one of these genres"
    )
    year_min: BodyYear | None = None
    year_max: BodyYear | None = None
    runtime_max: int | None = Field(
        default=None, ge=1, le=1_000, strict=True, description="minutes; a movie of unknown length stays"
    )

    @model_validator(mode="after")
    def years_are_in_order(self) -> Self:
        if self.year_min is not None and self.year_max is not None and self.year_min > self.year_max:
            raise ValueError("year_min must not be after year_max")
        return self


class GuestRating(Body):
    """A rating of somebody without an id."""

    movie_id: BodyId
    rating: BodyStars


class Override(Body):
    """What if this rating of the user were another one; null: what if it had not been made."""

    movie_id: BodyId
    rating: BodyStars | None


@dataclass(frozen=True, slots=True)
class UserSubject:
    """Rank movies for this user."""

    user_id: int


@dataclass(frozen=True, slots=True)
class MovieSubject:
    """Rank movies similar to this one.

    Attributes:
        content: how much the story counts against the fans, from 0 to 1; None for the usual mix.
    """

    movie_id: int
    content: float | None = None


@dataclass(frozen=True, slots=True)
class GuestSubject:
    """Rank movies for somebody who gave these ratings, the last the newest; nothing is stored."""

    ratings: tuple[GuestRating, ...]


Subject = UserSubject | MovieSubject | GuestSubject


class RankRequest(Body):
    """Rank movies for a user, for a guest, or movies similar to one: exactly one of user_id, ratings and movie_id."""

    user_id: BodyId | None = None
    movie_id: BodyId | None = None
    ratings: (
        Annotated[tuple[GuestRating, ...], Field(min_length=1, max_length=MAX_RATINGS), at_most(MAX_RATINGS)] | None
    ) = Field(
        default=None,
        description="a guest's own ratings, one per movie, the last the newest; nothing is stored",
    )
    overrides: Annotated[tuple[Override, ...], at_most(MAX_OVERRIDES)] = Field(
        default=(),
        max_length=MAX_OVERRIDES,
        description="with user_id: other stars, or none, for movies that the user rated; nothing is stored",
    )
    k: int = Field(default=DEFAULT_K, ge=1, le=MAX_K, strict=True)
    filters: Filters = Filters()
    exclude: Annotated[tuple[BodyId, ...], at_most(MAX_EXCLUDED)] = Field(
        default=(), max_length=MAX_EXCLUDED, description="movies to leave out"
    )
    diversity: float = Field(
        default=0.0, ge=0, le=1, strict=True, description="0: by score alone; towards 1: fewer of the same genres"
    )
    content: float | None = Field(
        default=None, ge=0, le=1, strict=True, description="with movie_id: 0 for the same fans, 1 for the same story"
    )
    explain: bool = Field(default=True, strict=True, description="false leaves the reasons out and saves their time")
    after: Annotated[tuple[GivenReceipt, ...], at_most(MAX_AFTER)] = Field(
        default=(),
        max_length=MAX_AFTER,
        description="receipts of the user's own events: ranks once they count, or after 250 ms without them",
    )

    @model_validator(mode="after")
    def has_one_subject(self) -> Self:
        if sum(getattr(self, name) is not None for name in SUBJECTS) != 1:
            raise ValueError(f"give exactly one of {', '.join(SUBJECTS)}")
        return self

    @field_validator("ratings")
    @classmethod
    def rates_each_movie_once(cls, ratings: tuple[GuestRating, ...] | None) -> tuple[GuestRating, ...] | None:
        _require_distinct(rating.movie_id for rating in ratings or ())
        return ratings

    @field_validator("overrides")
    @classmethod
    def overrides_a_users_ratings(cls, overrides: tuple[Override, ...], given: ValidationInfo) -> tuple[Override, ...]:
        if overrides and given.data.get("user_id") is None:
            raise ValueError("only with user_id")
        _require_distinct(override.movie_id for override in overrides)
        return overrides

    @field_validator("content")
    @classmethod
    def shifts_similar_movies_only(cls, content: float | None, given: ValidationInfo) -> float | None:
        if content is not None and given.data.get("movie_id") is None:
            raise ValueError("only with movie_id")
        return content

    @field_validator("after")
    @classmethod
    def waits_for_users_only(cls, after: tuple[GivenReceipt, ...], given: ValidationInfo) -> tuple[GivenReceipt, ...]:
        if after and given.data.get("user_id") is None:
            raise ValueError("only with user_id: other rankings wait for nobody's events")
        return after

    @property
    def subject(self) -> Subject:
        """What the request is about; to be matched."""
        if self.user_id is not None:
            return UserSubject(self.user_id)
        if self.ratings is not None:
            return GuestSubject(self.ratings)
        assert self.movie_id is not None  # noqa: S101  # has_one_subject
        return MovieSubject(self.movie_id, self.content)


def _require_distinct(movie_ids: Iterable[int]) -> None:
    seen = set[int]()
    for movie_id in movie_ids:
        if movie_id in seen:
            raise ValueError(f"movie {movie_id} is rated more than once")
        seen.add(movie_id)
