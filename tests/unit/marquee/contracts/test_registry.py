"""The registry: states that follow from the events, also after compaction and after an earlier release."""

from datetime import UTC, datetime, timedelta

import pytest

from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.registry import CannotServe, champion_of, check_decision, decision, previous_of, registry


def at(minute: int) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


def served(version: str, minute: int, status: ModelStatus = ModelStatus.PROMOTED) -> ModelChanged:
    return ModelChanged(version=version, status=status, location=version, changed_at=at(minute))


def past(version: str, minute: int, state: ModelState) -> ModelChanged:
    return served(version, minute).past(state, changed_at=at(minute), reason="why", by="gate")


HISTORY = [
    served("v1", 1),
    past("v2", 2, ModelState.REFUSED),
    past("v1", 3, ModelState.RETIRED),
    served("v3", 3),
    past("v3", 4, ModelState.RETIRED),
    served("v4", 4),
]


@pytest.mark.parametrize("is_compacted", [False, True])
def test_the_champion_comes_first_and_the_rest_by_time_also_after_compaction(is_compacted: bool) -> None:
    events = list({event.model: event for event in HISTORY}.values()) if is_compacted else HISTORY

    found = registry(events)

    assert [(entry.version, entry.state.value) for entry in found] == [
        ("v4", "champion"),
        ("v3", "retired"),
        ("v1", "retired"),
        ("v2", "refused"),
    ]
    previous = previous_of(found)
    assert previous is not None
    assert previous.version == "v3"


def test_a_roll_back_swaps_champion_and_previous() -> None:
    found = registry(HISTORY)
    champion, previous = champion_of(found), previous_of(found)
    assert champion is not None
    assert previous is not None

    events = decision(champion.event, previous.event, ModelStatus.ROLLED_BACK, reason="slow", now=at(9), by="admin")

    after = registry([*HISTORY, *events])
    assert [(entry.version, entry.state.value) for entry in after[:2]] == [("v3", "champion"), ("v4", "retired")]
    assert after[1].event.reason == "rolled back to v3: slow"
    back = previous_of(after)
    assert back is not None
    assert back.version == "v1"  # v4 is named if it is wanted again
    assert [event.model for event in events] == ["ranker@v4", "ranker"]


@pytest.mark.parametrize(
    ("version", "status", "why"),
    [
        ("v4", ModelStatus.PROMOTED, "v4 serves already"),
        ("v2", ModelStatus.PROMOTED, "v2 was refused (why), so it cannot serve"),
        ("v5", ModelStatus.ROLLED_BACK, "v5 has never served, so there is no rolling back to it: promote it"),
    ],
)
def test_who_may_not_serve_is_told_why(version: str, status: ModelStatus, why: str) -> None:
    found = registry([*HISTORY, past("v5", 5, ModelState.SHADOW)])
    wanted = next(entry for entry in found if entry.version == version)

    with pytest.raises(CannotServe) as refusal:
        check_decision(wanted, status)

    assert str(refusal.value) == why


def test_a_shadow_may_be_promoted() -> None:
    found = registry([*HISTORY, past("v5", 5, ModelState.SHADOW)])

    check_decision(next(entry for entry in found if entry.version == "v5"), ModelStatus.PROMOTED)


def test_what_an_earlier_release_replaced_without_a_word_has_retired() -> None:
    found = registry([served("v1", 1), served("v2", 2)])

    assert [(entry.version, entry.state.value) for entry in found] == [("v2", "champion"), ("v1", "retired")]


def test_without_events_there_is_no_model() -> None:
    assert registry([]) == ()
    assert champion_of(()) is None
