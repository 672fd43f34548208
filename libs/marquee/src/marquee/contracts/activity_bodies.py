"""Bodies of what users do with lists: POST /v1/events (public), and impressions, from the gateway to ingest."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from marquee.contracts.bodies import VISITOR_ID, Body, BodyId, BodyTime, at_most
from marquee.contracts.events import MAX_RANKING_ID, Act, DismissReason, UserActed

MAX_EVENTS = 500
MAX_IMPRESSIONS = 100

RankingId = Annotated[str, StringConstraints(min_length=1, max_length=MAX_RANKING_ID)]


def _who_can_act(user_id: int) -> int:
    if user_id == VISITOR_ID:
        raise ValueError("is the visitor's id, of which nothing is kept")
    return user_id


ActorId = Annotated[BodyId, AfterValidator(_who_can_act)]


class EventKind(StrEnum):
    """What a client can report."""

    OPEN = "open"
    DISMISS = "dismiss"
    UNDISMISS = "undismiss"

    @property
    def act(self) -> Act:
        return _ACTS[self]


_ACTS = {EventKind.OPEN: Act.OPENED, EventKind.DISMISS: Act.DISMISSED, EventKind.UNDISMISS: Act.UNDISMISSED}


class UserEvent(Body):
    """One thing that a user did with a movie in a list."""

    event_id: UUID = Field(description="chosen by the client; sending it again changes nothing")
    user_id: ActorId
    kind: EventKind
    movie_id: BodyId
    reason: DismissReason | None = Field(default=None, description="of a dismissal only")
    ranking_id: RankingId | None = Field(default=None, description="the ranking in which the user saw the movie")
    at: BodyTime | None = Field(
        default=None, description="with an offset; defaults to now; up to a day ahead counts as now"
    )

    @field_validator("reason")
    @classmethod
    def only_a_dismissal_has_a_reason(cls, reason: DismissReason | None, given: ValidationInfo) -> DismissReason | None:
        kind = given.data.get("kind")
        if reason is not None and kind in (EventKind.OPEN, EventKind.UNDISMISS):
            raise ValueError(f"{kind} has no reason")
        return reason


class EventsRequest(Body):
    events: Annotated[tuple[UserEvent, ...], Field(min_length=1, max_length=MAX_EVENTS), at_most(MAX_EVENTS)]


def _was_shown(event: UserActed) -> UserActed:
    if event.kind is not Act.SHOWN:
        raise ValueError("is no impression")
    return event


class ImpressionsRequest(Body):
    """Rankings that were sent to users; internal, from the gateway to ingest."""

    impressions: Annotated[
        tuple[Annotated[UserActed, AfterValidator(_was_shown)], ...],
        at_most(MAX_IMPRESSIONS),
        Field(min_length=1, max_length=MAX_IMPRESSIONS),
    ]
