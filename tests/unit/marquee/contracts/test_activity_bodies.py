"""What users do with lists: which events a client may send, and what an impression has to have."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from marquee.contracts.activity_bodies import EventKind, EventsRequest, ImpressionsRequest
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import Act, UserActed
from marquee.contracts.topics import ACTIVITY
from marquee.errors import InvalidEvent


def an_event(**changes: object) -> dict[str, object]:
    return {"event_id": str(uuid4()), "user_id": 7, "kind": "dismiss", "movie_id": 1} | changes


def places_of(error: ValidationError) -> list[str]:
    return [".".join(map(str, each["loc"])) for each in error.errors()]


SHOWN: dict[str, Any] = {
    "event_id": UUID(int=1),
    "user_id": 7,
    "kind": "shown",
    "acted_at_ms": 1,
    "movie_id": (1, 2),
    "position": (1, 2),
    "score": (0.5, 0.25),
    "propensity": (1.0, 1.0),
}


@pytest.mark.parametrize("reason", ["seen", "not_interested", "not_now", "dislike", None])
def test_a_dismissal_may_say_why(reason: str | None) -> None:
    (event,) = EventsRequest.model_validate({"events": [an_event(reason=reason)]}).events

    assert event.reason == reason


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"kind": "shown"}, "kind"),
        ({"kind": "dismissed"}, "kind"),
        ({"kind": "open", "reason": "seen"}, "reason"),
        ({"kind": "undismiss", "reason": "seen"}, "reason"),
        ({"reason": "boring"}, "reason"),
        ({"user_id": VISITOR_ID}, "user_id"),
        ({"user_id": "7"}, "user_id"),
        ({"movie_id": True}, "movie_id"),
        ({"movie_id": [1]}, "movie_id"),
        ({"ranking_id": "r" * 65}, "ranking_id"),
        ({"ranking_id": ""}, "ranking_id"),
        ({"at": "2026-01-31T20:15:00"}, "at"),
        ({"position": [1]}, "position"),
    ],
)
def test_what_is_wrong_with_an_event_is_named_by_its_field(changes: dict[str, object], place: str) -> None:
    with pytest.raises(ValidationError) as error:
        EventsRequest.model_validate({"events": [an_event(), an_event(**changes)]})

    assert places_of(error.value) == [f"events.1.{place}"]


@pytest.mark.parametrize("count", [0, 501])
def test_a_request_has_1_to_500_events(count: int) -> None:
    with pytest.raises(ValidationError) as error:
        EventsRequest.model_validate({"events": [an_event() for _ in range(count)]})

    assert places_of(error.value) == ["events"]


def test_each_kind_of_event_is_an_act_of_its_own() -> None:
    assert [kind.act for kind in EventKind] == [Act.OPENED, Act.DISMISSED, Act.UNDISMISSED]


@pytest.mark.parametrize("column", ["movie_id", "position", "score", "propensity"])
def test_an_impression_whose_columns_differ_in_length_is_refused(column: str) -> None:
    assert UserActed(**SHOWN).movie_id == (1, 2)

    with pytest.raises(ValidationError, match="equally long"):
        UserActed(**SHOWN | {column: SHOWN[column][:1]})


@pytest.mark.parametrize("kind", ["opened", "dismissed", "undismissed"])
def test_an_act_of_the_user_is_about_one_movie(kind: str) -> None:
    act = {"event_id": UUID(int=1), "user_id": 7, "kind": kind, "acted_at_ms": 1}

    assert UserActed.model_validate({**act, "movie_id": (1,)}).kind == kind
    for wrong in ({"movie_id": (1, 2)}, {"movie_id": ()}, {"movie_id": (1,), "position": (1,)}):
        with pytest.raises(ValidationError):
            UserActed.model_validate({**act, **wrong})


def test_only_a_dismissal_on_the_topic_has_a_reason() -> None:
    record = b'{"event_id":"%s","user_id":7,"kind":"%s","acted_at_ms":1,"movie_id":[1],"reason":"seen"}'

    assert ACTIVITY.parse(record % (str(UUID(int=1)).encode(), b"dismissed")).reason == "seen"
    with pytest.raises(InvalidEvent):
        ACTIVITY.parse(record % (str(UUID(int=1)).encode(), b"opened"))


def test_only_impressions_are_taken_as_impressions() -> None:
    opened = {"event_id": str(UUID(int=1)), "user_id": 7, "kind": "opened", "acted_at_ms": 1, "movie_id": [1]}

    with pytest.raises(ValidationError) as error:
        ImpressionsRequest.model_validate({"impressions": [opened]})

    assert places_of(error.value) == ["impressions.0"]
