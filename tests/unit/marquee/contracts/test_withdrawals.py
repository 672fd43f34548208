"""The event ids of withdrawals: the same for the same rating on the same day, and never used up."""

from datetime import date
from itertools import islice
from uuid import UUID

import pytest

from marquee.contracts.withdrawals import event_ids

DAY = date(2026, 1, 2)


def ids(
    count: int = 3, *, user: int = 1, movie: int = 2, stars: float = 4.0, at_ms: int = 5, on: date = DAY
) -> list[UUID]:
    return list(islice(event_ids(user, movie, stars=stars, rated_at_ms=at_ms, on=on), count))


def test_one_rating_has_the_same_ids_in_the_same_order_for_every_caller() -> None:
    assert ids() == ids(3)
    assert len(set(ids(50))) == 50


@pytest.mark.parametrize(
    "other",
    [{"user": 2}, {"movie": 3}, {"user": 12, "movie": 1}, {"stars": 4.5}, {"at_ms": 6}, {"on": date(2026, 1, 3)}],
    ids=str,
)
def test_another_rating_or_another_day_has_other_ids(other: dict[str, object]) -> None:
    assert not set(ids()) & set(ids(**other))  # type: ignore[arg-type]  # keyword arguments by name
