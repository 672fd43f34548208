"""The schedule of an open loop, and which rates are tried."""

import numpy as np
import pytest

from marquee_cli.open_loop.arrivals import PREFERRED, arrivals, climb, rates


def test_requests_arrive_evenly_and_as_many_as_the_rate_says() -> None:
    assert arrivals(4, 1.5).tolist() == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25]
    assert len(arrivals(333, 3)) == 999
    assert np.allclose(np.diff(arrivals(333, 3)), 1 / 333)


def test_even_the_shortest_step_has_a_request() -> None:
    assert arrivals(1, 0.01).tolist() == [0.0]


def test_a_rate_must_be_positive() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        arrivals(0, 1)


def test_rates_rise_by_a_third_at_most_within_their_bounds() -> None:
    found = list(rates(50, 1_000))

    assert found == [50, 60, 80, 100, 125, 160, 200, 250, 300, 400, 500, 600, 800, 1_000]
    assert max(after / before for before, after in zip(PREFERRED, (*PREFERRED[1:], 10), strict=True)) <= 4 / 3


@pytest.mark.parametrize(
    ("good", "tried"),
    [
        (set(), [1, 2]),  # two too much, and no more
        ({1}, [1, 2, 3]),
        ({1, 3}, [1, 2, 3, 4, 5]),  # one alone may be a hiccup
        ({1, 2, 3, 4, 5, 6}, [1, 2, 3, 4, 5, 6]),  # none is left
    ],
)
def test_no_higher_rate_is_tried_after_two_too_much(good: set[int], tried: list[int]) -> None:
    steps = climb(iter([1.0, 2, 3, 4, 5, 6]), lambda rate: rate, is_too_much=lambda rate: int(rate) not in good)

    assert list(steps) == tried
