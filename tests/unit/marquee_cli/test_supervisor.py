"""How long the supervisor waits before it starts a part again."""

import pytest

from marquee_cli.supervisor import pause_s


@pytest.mark.parametrize(("before", "was_up", "expected_s"), [(0, True, 0.5), (9, True, 5.0), (9, False, 30.0)])
def test_the_pause_before_a_restart_is_bounded_and_short_for_a_part_that_was_up(
    before: int, was_up: bool, expected_s: float
) -> None:
    assert pause_s(before, was_up=was_up) == expected_s
    assert pause_s(100_000, was_up=was_up) <= 30
