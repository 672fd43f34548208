"""What is checked of every live event, whatever it tells of: its movie, its time and its id. Pure."""

from collections.abc import Container, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No rating is older, whether from a file or live: it is before MovieLens, and before the web."""
MAX_AHEAD = timedelta(days=1)
"""How far a clock may be ahead. A live event that is ahead counts as now, so that a later one can correct it."""


class LiveEvent(NamedTuple):
    """What all live events have; `at` is None where the client left the time to the server."""

    event_id: UUID
    movie_id: int
    at: datetime | None


def errors_of(
    events: Sequence[LiveEvent], known_movies: Container[int], *, now: datetime, name: str, time: str
) -> list[tuple[str, str]]:
    """Every wrong field of a request's events, as (path, message); repeated ids last.

    Args:
        name, time: what the request calls its list of events, and the time of one.
    """
    errors = []
    for at, event in enumerate(events):
        if event.movie_id not in known_movies:
            errors.append((f"{name}[{at}].movie_id", f"unknown movie {event.movie_id}"))
        if event.at is not None and event.at > now + MAX_AHEAD:
            errors.append((f"{name}[{at}].{time}", "more than a day ahead"))
        if event.at is not None and event.at < EARLIEST:
            errors.append((f"{name}[{at}].{time}", "before 1990"))
    return errors + _repeated_ids(events, name)


def _repeated_ids(events: Sequence[LiveEvent], name: str) -> list[tuple[str, str]]:
    """An id stands for one event: of two in a request one would be dropped."""
    first: dict[UUID, int] = {}
    errors = []
    for at, event in enumerate(events):
        if (before := first.setdefault(event.event_id, at)) != at:
            errors.append((f"{name}[{at}].event_id", f"the same as {name}[{before}].event_id"))
    return errors


def time_ms(at: datetime | None, *, now: datetime) -> int:
    """Unix milliseconds of an event; one without a time, or ahead, is from now."""
    return (min(at or now, now) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
