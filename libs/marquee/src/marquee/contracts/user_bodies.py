"""Bodies of a user: a page of ratings, and what the system believes of the person."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from marquee.contracts.bodies import Answer


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
