"""Decides over what users did with movies in lists: all of a request become events, or none. Pure."""

from collections.abc import Container
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ingest.acceptance import EARLIEST, MAX_AHEAD
from marquee.contracts.activity_bodies import EventsRequest, UserEvent
from marquee.contracts.events import UserActed
from marquee.errors import refused_fields


def acts_of(request: EventsRequest, known_movies: Container[int], *, now: datetime) -> list[UserActed]:
    """One act per event, in the order given; a time that is missing or ahead is now.

    Raises:
        Refused: 422, names every field that is wrong.
    """
    errors = [error for at, event in enumerate(request.events) for error in _errors(at, event, known_movies, now)]
    errors += _repeated_ids(request)
    if errors:
        raise refused_fields(errors)
    return [_act(event, now) for event in request.events]


def _errors(at: int, event: UserEvent, known_movies: Container[int], now: datetime) -> list[tuple[str, str]]:
    errors = []
    if event.movie_id not in known_movies:
        errors.append((f"events[{at}].movie_id", f"unknown movie {event.movie_id}"))
    if event.at is not None and event.at > now + MAX_AHEAD:
        errors.append((f"events[{at}].at", "more than a day ahead"))
    if event.at is not None and event.at < EARLIEST:
        errors.append((f"events[{at}].at", "before 1990"))
    return errors


def _repeated_ids(request: EventsRequest) -> list[tuple[str, str]]:
    """An id stands for one act: of two in a request one would be dropped."""
    first: dict[UUID, int] = {}
    errors = []
    for at, event in enumerate(request.events):
        if (before := first.setdefault(event.event_id, at)) != at:
            errors.append((f"events[{at}].event_id", f"the same as events[{before}].event_id"))
    return errors


def _act(event: UserEvent, now: datetime) -> UserActed:
    since = min(event.at or now, now) - datetime(1970, 1, 1, tzinfo=UTC)
    return UserActed(
        event_id=event.event_id,
        user_id=event.user_id,
        kind=event.kind.act,
        acted_at_ms=since // timedelta(milliseconds=1),
        movie_id=(event.movie_id,),
        ranking_id=event.ranking_id,
        reason=event.reason,
    )
