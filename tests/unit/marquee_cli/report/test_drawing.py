"""Axes of plots."""

from hypothesis import assume, given
from hypothesis import strategies as st

from marquee_cli.report.drawing import scale_of

VALUES = st.lists(st.floats(-1, 1, allow_subnormal=False), min_size=1, max_size=9)


@given(VALUES)
def test_every_value_and_zero_lie_on_the_axis(values: list[float]) -> None:
    assume(max(map(abs, values)) > 1e-6)

    scale = scale_of(values, 100, 700)

    assert all(100 <= scale.at(value) <= 700 for value in [0.0, *values])


@given(VALUES)
def test_ticks_are_few_round_and_inside(values: list[float]) -> None:
    assume(max(map(abs, values)) > 1e-6)

    scale = scale_of(values, 100, 700)

    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 8
    assert 0 in ticks
    assert all(100 <= scale.at(tick) <= 700 for tick in ticks)


def test_values_that_are_all_zero_have_an_axis_too() -> None:
    scale = scale_of([0.0, 0.0], 100, 700)

    assert 0 in scale.ticks()
