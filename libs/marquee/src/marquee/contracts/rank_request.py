"""What may be ranked, and for whom: the body of POST /v1/rank."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from marquee.contracts.bodies import Body, BodyId, BodyStars, BodyYear, at_most
from marquee.contracts.rating_bodies import MAX_RATINGS, GivenReceipt

MAX_K = 500
DEFAULT_K = 25
MAX_EXCLUDED = 1_000
MAX_OVERRIDES = 50
MAX_AFTER = 20
"""Receipts that one ranking can wait for."""
MAX_GENRE = 64
"""Characters; MovieLens's longest genre has 18."""

MIN_GROUP, MAX_GROUP = 2, 6
"""People whom one list can be for."""
MAX_MUTED = 20
MAX_NAME = 200
"""Characters of a belief's name."""

Genre = Annotated[str, StringConstraints(max_length=MAX_GENRE)]
Belief = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
"""A reason code, a genre, or the name of a director or actor."""

SUBJECTS = ("user_id", "movie_id", "ratings", "user_ids")
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
    ratings_share_max: float | None = Field(
        default=None,
        ge=0,
        le=1,
        strict=True,
        description="how many people rated it, as a share of those who rated the most rated movie: 0.2 leaves out the "
        "famous ones, and a movie that nobody rated stays",
    )

    @model_validator(mode="after")
    def years_are_in_order(self) -> Self:
        if self.year_min is not None and self.year_max is not None and self.year_min > self.year_max:
            raise ValueError("year_min must not be after year_max")
        return self


class Blend(StrEnum):
    """How the strengths that a movie has for several people become one."""

    MEAN = "mean"  # everybody counts the same
    MIN = "min"  # the least satisfied person counts alone


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
    """Rank movies for somebody who gave these ratings, the last the newest; they are kept for next pages only."""

    ratings: tuple[GuestRating, ...]


@dataclass(frozen=True, slots=True)
class GroupSubject:
    """Rank movies for several users together."""

    user_ids: tuple[int, ...]
    blend: Blend


Subject = UserSubject | MovieSubject | GuestSubject | GroupSubject


class RankRequest(Body):
    """Rank movies for a user, a guest or a group, or movies similar to one.

    Exactly one of user_id, ratings, user_ids and movie_id.
    """

    user_id: BodyId | None = None
    movie_id: BodyId | None = None
    ratings: (
        Annotated[tuple[GuestRating, ...], Field(min_length=1, max_length=MAX_RATINGS), at_most(MAX_RATINGS)] | None
    ) = Field(
        default=None,
        description="a guest's own ratings, one per movie, the last the newest; nothing is stored, hence no next page",
    )
    user_ids: Annotated[tuple[BodyId, ...], Field(min_length=MIN_GROUP, max_length=MAX_GROUP), at_most(MAX_GROUP)] | (
        None
    ) = Field(
        default=None, description="several users, whom one list is for; movies that any of them rated are left out"
    )
    blend: Blend | None = Field(
        default=None,
        description="with user_ids: whether the mean of all (the default) or the least satisfied one decides",
    )
    overrides: Annotated[tuple[Override, ...], at_most(MAX_OVERRIDES)] = Field(
        default=(),
        max_length=MAX_OVERRIDES,
        description="with user_id: other stars, or none, for movies that the user rated; no rating is changed",
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
    mute: Annotated[tuple[Belief, ...], at_most(MAX_MUTED)] = Field(
        default=(),
        max_length=MAX_MUTED,
        description="beliefs to rank without, in any case: reason codes, genres, or names of directors and actors",
    )
    explain: bool = Field(default=True, strict=True, description="false leaves the reasons out and saves their time")
    after: Annotated[tuple[GivenReceipt, ...], at_most(MAX_AFTER)] = Field(
        default=(),
        max_length=MAX_AFTER,
        description="receipts of the users' own events: ranks once they count, or after 250 ms without them",
    )

    @model_validator(mode="after")
    def has_one_subject(self) -> Self:
        if sum(getattr(self, name) is not None for name in SUBJECTS) != 1:
            raise ValueError(f"give exactly one of {', '.join(SUBJECTS)}")
        return self

    @field_validator("movie_id", "ratings", "user_ids")
    @classmethod
    def is_the_only_subject(cls, subject: object, given: ValidationInfo) -> object:
        for other in SUBJECTS:
            if subject is not None and given.data.get(other) is not None:
                raise ValueError(f"give exactly one of {', '.join(SUBJECTS)}: {other} is given too")
        return subject

    @field_validator("ratings")
    @classmethod
    def rates_each_movie_once(cls, ratings: tuple[GuestRating, ...] | None) -> tuple[GuestRating, ...] | None:
        _require_distinct(rating.movie_id for rating in ratings or ())
        return ratings

    @field_validator("user_ids")
    @classmethod
    def names_each_user_once(cls, user_ids: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if user_ids is not None and len(set(user_ids)) < len(user_ids):
            raise ValueError("names a user more than once")
        return user_ids

    @field_validator("blend")
    @classmethod
    def blends_a_group_only(cls, blend: Blend | None, given: ValidationInfo) -> Blend | None:
        if blend is not None and given.data.get("user_ids") is None:
            raise ValueError("only with user_ids")
        return blend

    @field_validator("overrides")
    @classmethod
    def overrides_a_users_ratings(cls, overrides: tuple[Override, ...], given: ValidationInfo) -> tuple[Override, ...]:
        if overrides and given.data.get("user_id") is None:
            raise ValueError("only with user_id")
        _require_distinct(override.movie_id for override in overrides)
        return overrides

    @field_validator("mute")
    @classmethod
    def mutes_what_is_believed_of_people(cls, mute: tuple[str, ...], given: ValidationInfo) -> tuple[str, ...]:
        if mute and given.data.get("movie_id") is not None:
            raise ValueError("not with movie_id: similar movies rest on no belief about a person")
        return mute

    @field_validator("content")
    @classmethod
    def shifts_similar_movies_only(cls, content: float | None, given: ValidationInfo) -> float | None:
        if content is not None and given.data.get("movie_id") is None:
            raise ValueError("only with movie_id")
        return content

    @field_validator("after")
    @classmethod
    def waits_for_users_only(cls, after: tuple[GivenReceipt, ...], given: ValidationInfo) -> tuple[GivenReceipt, ...]:
        if after and given.data.get("user_id") is None and given.data.get("user_ids") is None:
            raise ValueError("only with user_id or user_ids: other rankings wait for nobody's events")
        return after

    @property
    def subject(self) -> Subject:
        """What the request is about; to be matched."""
        if self.user_id is not None:
            return UserSubject(self.user_id)
        if self.ratings is not None:
            return GuestSubject(self.ratings)
        if self.user_ids is not None:
            return GroupSubject(self.user_ids, self.blend or Blend.MEAN)
        assert self.movie_id is not None  # noqa: S101  # has_one_subject
        return MovieSubject(self.movie_id, self.content)


def _require_distinct(movie_ids: Iterable[int]) -> None:
    seen = set[int]()
    for movie_id in movie_ids:
        if movie_id in seen:
            raise ValueError(f"movie {movie_id} is rated more than once")
        seen.add(movie_id)
