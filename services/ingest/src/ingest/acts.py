"""Decides over what users did with movies in lists: all of a request become events, or none. Pure."""

from collections.abc import Container
from datetime import datetime

from ingest.live_events import LiveEvent, errors_of, time_ms
from marquee.contracts.activity_bodies import EventsRequest, UserEvent
from marquee.contracts.events import UserActed
from marquee.errors import refused_fields


def acts_of(request: EventsRequest, known_movies: Container[int], *, now: datetime) -> list[UserActed]:
    """One act per event, in the order given; a time that is missing or ahead is now.

    Raises:
        Refused: 422, names every field that is wrong.
    """
    live = [LiveEvent(event.event_id, event.movie_id, event.at) for event in request.events]
    if errors := errors_of(live, known_movies, now=now, name="events", time="at"):
        raise refused_fields(errors)
    return [_act(event, now) for event in request.events]


def _act(event: UserEvent, now: datetime) -> UserActed:
    return UserActed(
        event_id=event.event_id,
        user_id=event.user_id,
        kind=event.kind.act,
        acted_at_ms=time_ms(event.at, now=now),
        movie_id=(event.movie_id,),
        ranking_id=event.ranking_id,
        reason=event.reason,
    )
