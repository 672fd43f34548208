"""Which model serves and which one is a shadow, by the events of models.v1."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.kafka.models_topic import Standing


def served(version: str, minute: int, status: ModelStatus = ModelStatus.PROMOTED) -> ModelChanged:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return ModelChanged(version=version, status=status, location=version, changed_at=at)


def past(version: str, minute: int, state: ModelState) -> ModelChanged:
    one = served(version, minute)
    return one.past(state, changed_at=one.changed_at, reason="", by="gate")


@pytest.mark.parametrize(
    ("events", "champion", "shadow"),
    [
        ([], None, None),
        ([served("a", 0)], "a", None),
        ([served("a", 0), past("b", 1, ModelState.SHADOW)], "a", "b"),
        ([past("b", 1, ModelState.SHADOW), served("a", 0)], "a", "b"),  # as compaction may leave it
        ([served("a", 0), past("b", 1, ModelState.SHADOW), past("b", 2, ModelState.REFUSED)], "a", None),
        ([served("a", 0), past("b", 1, ModelState.SHADOW), served("b", 2)], "b", None),
        (
            [
                served("a", 0),
                past("b", 1, ModelState.SHADOW),
                past("c", 2, ModelState.SHADOW),
                past("b", 2, ModelState.CANDIDATE),
            ],
            "a",
            "c",
        ),
        ([served("a", 0), past("b", 1, ModelState.SHADOW), past("c", 2, ModelState.SHADOW)], "a", "c"),
        ([served("b", 0), past("b", 1, ModelState.RETIRED), served("a", 1, ModelStatus.ROLLED_BACK)], "a", None),
    ],
)
def test_the_newest_word_on_each_model_says_what_it_is(
    events: Sequence[ModelChanged], champion: str | None, shadow: str | None
) -> None:
    standing = Standing.of(events)

    assert (standing.served and standing.served.version) == champion
    assert (standing.shadow and standing.shadow.version) == shadow


def test_what_was_refused_rolled_back_from_or_not_decided_on_serves_in_no_others_place() -> None:
    rolled_back = past("bad", 3, ModelState.RETIRED).model_copy(update={"reason": "rolled back to a: errors"})
    events = [past("old", 0, ModelState.RETIRED), past("no", 1, ModelState.REFUSED), past("dark", 2, ModelState.SHADOW)]

    standing = Standing.of([*events, rolled_back, past("a", 3, ModelState.RETIRED), served("a", 4)])

    assert standing.barred == {"no", "dark", "bad"}
