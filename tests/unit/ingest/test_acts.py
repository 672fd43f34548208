"""All events of a request become acts, or none: what is wrong is named field by field."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ingest.acts import acts_of
from marquee.contracts.activity_bodies import EventsRequest
from marquee.contracts.events import Act, DismissReason
from marquee.errors import Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
NOW_MS = 1_767_323_045_678


def a_request(*events: dict[str, Any]) -> EventsRequest:
    usual = {"user_id": 7, "kind": "dismiss", "movie_id": 1}
    return EventsRequest.model_validate({"events": [{"event_id": str(uuid4())} | usual | event for event in events]})


def test_each_event_becomes_the_act_that_it_describes() -> None:
    event_id = uuid4()
    request = a_request(
        {"event_id": str(event_id), "reason": "not_now", "ranking_id": "r", "at": "2026-01-01T00:00:00+02:00"},
        {"kind": "open"},
        {"kind": "undismiss", "user_id": 8, "movie_id": 2},
    )

    first, opened, back = acts_of(request, {1, 2}, now=NOW)

    assert (first.event_id, first.user_id, first.kind, first.movie_id) == (event_id, 7, Act.DISMISSED, (1,))
    assert (first.reason, first.ranking_id, first.acted_at_ms) == (DismissReason.NOT_NOW, "r", 1_767_218_400_000)
    assert (opened.kind, opened.reason, opened.acted_at_ms) == (Act.OPENED, None, NOW_MS)
    assert (back.kind, back.user_id, back.movie_id) == (Act.UNDISMISSED, 8, (2,))


def test_a_time_up_to_a_day_ahead_counts_as_now() -> None:
    ahead = (NOW + timedelta(hours=23)).isoformat()

    (act,) = acts_of(a_request({"at": ahead}), {1}, now=NOW)

    assert act.acted_at_ms == NOW_MS


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"movie_id": 3}, "events[1].movie_id"),
        ({"at": (NOW + timedelta(days=2)).isoformat()}, "events[1].at"),
        ({"at": "1989-12-31T23:59:59Z"}, "events[1].at"),
        ({"event_id": str(UUID(int=5))}, "events[1].event_id"),
    ],
)
def test_a_wrong_event_refuses_the_whole_request(event: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        acts_of(a_request({"event_id": str(UUID(int=5))}, event), {1}, now=NOW)

    assert refused.value.status == 422
    assert [path for path, _ in refused.value.errors] == [field]
