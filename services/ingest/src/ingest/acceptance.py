"""Decides over live ratings: all of a request become events, or none. Pure; pydantic has checked types and ranges."""

from collections.abc import Container
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marquee.contracts.bodies import LiveRating, RatingsRequest
from marquee.contracts.events import MoviesRated
from marquee.contracts.withdrawals import Withdrawal
from marquee.errors import refused_fields

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No rating is older, whether from a file or live: it is before MovieLens, and before the web."""
MAX_AHEAD = timedelta(days=1)
"""How far a clock may be ahead. A live rating that is ahead counts as now, so that a later one can correct it."""


def accepted(request: RatingsRequest, known_movies: Container[int], *, now: datetime) -> list[MoviesRated]:
    """One event per rating, in the order given; a rated_at that is missing or ahead is now.

    Raises:
        Refused: 422, names every field that is wrong.
    """
    errors = [error for at, rating in enumerate(request.ratings) for error in _errors(at, rating, known_movies, now)]
    errors += _repeated_ids(request)
    if errors:
        raise refused_fields(errors)
    return [_event(rating, now) for rating in request.ratings]


def withdrawn(body: Withdrawal, *, now: datetime) -> MoviesRated:
    """The event that takes a rating back."""
    return MoviesRated(
        event_id=body.event_id,
        user_id=body.user_id,
        movie_id=(body.movie_id,),
        rating=(None,),
        rated_at_ms=(_epoch_ms(now),),
    )


def _errors(at: int, rating: LiveRating, known_movies: Container[int], now: datetime) -> list[tuple[str, str]]:
    errors = []
    if rating.movie_id not in known_movies:
        errors.append((f"ratings[{at}].movie_id", f"unknown movie {rating.movie_id}"))
    if rating.rated_at is not None and rating.rated_at > now + MAX_AHEAD:
        errors.append((f"ratings[{at}].rated_at", "more than a day ahead"))
    if rating.rated_at is not None and rating.rated_at < EARLIEST:
        errors.append((f"ratings[{at}].rated_at", "before 1990"))
    return errors


def _repeated_ids(request: RatingsRequest) -> list[tuple[str, str]]:
    """An id stands for one rating: of two in a request one would be dropped."""
    first: dict[UUID, int] = {}
    errors = []
    for at, rating in enumerate(request.ratings):
        if (before := first.setdefault(rating.event_id, at)) != at:
            errors.append((f"ratings[{at}].event_id", f"the same as ratings[{before}].event_id"))
    return errors


def _event(rating: LiveRating, now: datetime) -> MoviesRated:
    return MoviesRated(
        event_id=rating.event_id,
        user_id=rating.user_id,
        movie_id=(rating.movie_id,),
        rating=(rating.rating,),
        rated_at_ms=(_epoch_ms(min(rating.rated_at or now, now)),),
    )


def _epoch_ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
