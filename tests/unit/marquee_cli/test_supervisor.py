"""How long the supervisor waits before it starts a part again."""

import pytest

from marquee_cli.supervisor import pause_s, pauses_that_count


@pytest.mark.parametrize(("before", "was_up", "expected_s"), [(0, True, 0.5), (9, True, 5.0), (9, False, 30.0)])
def test_the_pause_before_a_restart_is_bounded_and_short_for_a_part_that_was_up(
    before: int, was_up: bool, expected_s: float
) -> None:
    assert pause_s(before, was_up=was_up) == expected_s
    assert pause_s(100_000, was_up=was_up) <= 30


def pauses(*, lived_s: float, was_up: bool = True, ends: int = 6) -> list[float]:
    """The pauses of a part that ends again and again, so long after each start."""
    before, waited = 0, []
    for _ in range(ends):
        before = pauses_that_count(before, was_up=was_up, lived_s=lived_s)
        waited.append(pause_s(before, was_up=was_up))
        before += 1
    return waited


def test_a_part_that_had_come_up_well_is_back_at_once_however_often_it_ends() -> None:
    assert pauses(lived_s=15.0) == [0.5] * 6


def test_a_part_that_ends_soon_after_its_start_waits_longer_each_time() -> None:
    assert pauses(lived_s=3.0) == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert pauses(lived_s=15.0, was_up=False) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0]
