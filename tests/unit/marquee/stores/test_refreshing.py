"""How often a copy is refreshed."""

import pytest

from marquee.stores.refreshing import pause_s


@pytest.mark.parametrize(("took_s", "expected_s"), [(0.0, 1.0), (0.02, 1.0), (0.25, 1.0), (2.0, 8.0)])
def test_refreshing_takes_a_fifth_of_the_time_at_most(took_s: float, expected_s: float) -> None:
    assert pause_s(1.0, took_s) == expected_s
    assert took_s <= 0.2 * (took_s + pause_s(1.0, took_s))
