"""The plot of the load curves: well-formed, with every curve in it, and drawn where its figures say."""

import math
from xml.etree import ElementTree

import pytest

from marquee_cli.open_loop.curves import Curve
from marquee_cli.open_loop.plot import Axis, picture
from support.load_steps import a_step

SVG = "{http://www.w3.org/2000/svg}"


def test_an_axis_is_logarithmic_and_ends_at_its_edges() -> None:
    axis = Axis(1, 100, start=0, end=200)

    assert [axis.at(value) for value in (1, 10, 100)] == [0, 100, 200]
    assert (axis.at(0.01), axis.at(10_000)) == (0, 200)


@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        (Axis(40, 600, 0, 1), [50, 100, 200, 500]),
        (Axis(0.1, 5_000, 0, 1), [0.1, 1, 10, 100, 1_000]),
    ],
)
def test_ticks_are_round_numbers_inside(axis: Axis, ticks: list[float]) -> None:
    assert axis.ticks() == pytest.approx(ticks)


def test_every_curve_has_its_panel_and_every_rate_its_points() -> None:
    first = Curve("user", "rank for <you> & me", [[a_step(50), a_step(60)], [a_step(50), a_step(60, p99_ms=90)]])
    second = Curve("search", "search", [[a_step(200)], [a_step(200)]])

    root = ElementTree.fromstring(picture([first, second], limit_ms=40, title="Marquee at abc: 2 < 3"))

    texts = [element.text for element in root.iter(f"{SVG}text")]
    assert "rank for <you> & me" in texts
    assert "search" in texts
    assert root.findtext(f"{SVG}title") == "Marquee at abc: 2 < 3"
    assert len(list(root.iter(f"{SVG}circle"))) == 2 * 2 + 2


def test_points_of_a_late_generator_are_hollow_and_those_without_latency_left_out() -> None:
    late, refused = a_step(60, late_p99_ms=50), a_step(80, good=0, p50_ms=math.nan, p99_ms=math.nan)
    curve = Curve("user", "rank", [[a_step(50), late, refused]])

    root = ElementTree.fromstring(picture([curve], limit_ms=40, title=""))

    assert [element.get("fill") == "#fff" for element in root.iter(f"{SVG}circle")] == [False, True] * 2
