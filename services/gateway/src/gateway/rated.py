"""A user's ratings as the API shows them, in the order that a reader wants."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from gateway.movie_copy import MovieCopy
from marquee.contracts.ranking_fields import CardFields, card_without_details
from marquee.contracts.user_bodies import RatedMovie, RatingOrder
from marquee.state.ratings import UserState


class Rated(NamedTuple):
    """One rating; the time in Unix milliseconds."""

    movie_id: int
    stars: float
    rated_at_ms: int


def newest_first(state: UserState) -> list[Rated]:
    """All ratings of a user; one per movie."""
    columns = state.movie_id.tolist(), state.rating.tolist(), state.rated_at.tolist()
    return [Rated(*row) for row in zip(*columns, strict=True)][::-1]


def sorted_ratings(catalogue: MovieCopy, state: UserState, order: RatingOrder) -> list[Rated]:
    """All ratings of a user in an order; equal ones by the newest first."""
    rated = newest_first(state)
    match order:
        case RatingOrder.NEWEST:
            return rated
        case RatingOrder.OLDEST:
            return rated[::-1]
        case RatingOrder.HIGHEST:
            return sorted(rated, key=lambda each: -each.stars)
        case RatingOrder.LOWEST:
            return sorted(rated, key=lambda each: each.stars)
        case RatingOrder.TITLE:
            return sorted(rated, key=lambda each: card_of(catalogue, each.movie_id)["title"].casefold())


def rated_movies(catalogue: MovieCopy, rated: Iterable[Rated]) -> list[RatedMovie]:
    """Ratings with what lists show of their movies; one that is not listed has a made-up title."""
    return [_rated_movie(card_of(catalogue, each.movie_id), each) for each in rated]


def rated_movie(catalogue: MovieCopy, state: UserState, movie_id: int) -> RatedMovie | None:
    """The user's rating of one movie; None without one."""
    found = rated_movies(catalogue, (each for each in newest_first(state) if each.movie_id == movie_id))
    return found[0] if found else None


def card_of(catalogue: MovieCopy, movie_id: int) -> CardFields:
    """A movie's card, made up for one that is not listed."""
    return catalogue.get(movie_id) or card_without_details(movie_id)


def time_of(epoch_ms: int) -> datetime:
    """Unix milliseconds as a time in UTC."""
    return datetime.fromtimestamp(epoch_ms / 1_000, UTC)


def _rated_movie(card: CardFields, rated: Rated) -> RatedMovie:
    return RatedMovie(
        movie_id=rated.movie_id,
        title=card["title"],
        year=card["year"],
        genres=tuple(card["genres"]),
        poster_url=card["poster_url"],
        rating=rated.stars,
        rated_at=time_of(rated.rated_at_ms),
    )
