"""The figures of a step: latencies are those of good answers, and everything else is counted apart."""

import math

import numpy as np
import pytest

from marquee_cli.open_loop.curves import Curve, Point
from marquee_cli.open_loop.steps import LATE_MS, Samples, Saturation, Spread, Step, Verdict, judged, saturation, step_of
from support.load_steps import a_step

GOOD, REFUSED, OVERDUE = Verdict.GOOD, Verdict.REFUSED, Verdict.OVERDUE


@pytest.mark.parametrize(
    ("status", "body", "may_retry", "verdict"),
    [
        (200, b'{"rung":"personal","explain":true}', False, Verdict.GOOD),
        (202, b'{"rung":"personal","explain":true}', False, Verdict.GOOD),
        (200, b'{"rung":"popular","explain":true}', False, Verdict.OTHER),
        (200, b'{"rung":"personal","cached":true}', False, Verdict.OTHER),
        (429, b"", False, Verdict.REFUSED),
        (503, b"", True, Verdict.REFUSED),
        (503, b"", False, Verdict.FAILED),
        (500, b"", True, Verdict.FAILED),
        (404, b"", False, Verdict.FAILED),
    ],
)
def test_only_what_was_asked_for_is_good(status: int, body: bytes, may_retry: bool, verdict: Verdict) -> None:
    marks = {"marks": (b'"rung":"personal"',), "unwanted": (b'"cached":true',)}

    assert judged(status, body, may_retry=may_retry, **marks) is verdict


def test_percentiles_are_of_good_answers_and_shares_of_all_requests() -> None:
    latency_s = np.array([0.010, 0.030, 0.050, 0.001, math.nan])
    samples = Samples([GOOD, GOOD, GOOD, REFUSED, OVERDUE], latency_s, np.zeros(5), cpu_s=0.001, most_open=3)

    step = step_of(5, samples, limit_ms=40)

    assert (step.good, step.other, step.refused, step.failed, step.overdue) == (3, 0, 1, 0, 1)
    assert (step.p50_ms, step.max_ms) == pytest.approx((30, 50))
    assert step.p99_ms == pytest.approx(49.6)
    assert step.good_share == 0.6
    assert step.within_share == 0.4
    assert step.cpu_ms == pytest.approx(0.2)


def test_a_step_without_a_good_answer_has_no_latency() -> None:
    step = step_of(1, Samples([REFUSED], np.array([0.001]), np.zeros(1), 0.0, 1), limit_ms=40)

    assert math.isnan(step.p99_ms)
    assert step.within_share == 0
    assert not step.is_met(40)


@pytest.mark.parametrize(
    ("step", "is_met"),
    [
        (a_step(1), True),
        (a_step(1, good=99), True),
        (a_step(1, good=98), False),
        (a_step(1, p99_ms=40), True),
        (a_step(1, p99_ms=40.1), False),
        (a_step(1, late_p99_ms=LATE_MS), True),
        (a_step(1, late_p99_ms=LATE_MS + 0.1), False),
        (a_step(1, p99_ms=41, late_p99_ms=LATE_MS + 0.1), False),
    ],
)
def test_a_rate_is_kept_up_with_by_answers_and_latency(step: Step, is_met: bool) -> None:
    assert step.is_met(40) is is_met


def test_a_delay_that_is_little_beside_the_latency_is_not_the_generators_fault() -> None:
    assert a_step(1, p99_ms=100, late_p99_ms=10.1).is_late
    assert not a_step(1, p99_ms=100, late_p99_ms=10).is_late
    assert not a_step(1, p99_ms=5, late_p99_ms=LATE_MS).is_late
    assert a_step(1, good=0, p99_ms=math.nan, late_p99_ms=LATE_MS + 0.1).is_late


def slow(rate_per_s: float) -> Step:
    return a_step(rate_per_s, p99_ms=100)


def late(rate_per_s: float) -> Step:
    return a_step(rate_per_s, late_p99_ms=50)


@pytest.mark.parametrize(
    ("step", "is_too_much"),
    [
        (a_step(1, p50_ms=40, p99_ms=500), False),  # a hiccup: half of the answers are in time
        (a_step(1, p50_ms=41), True),
        (a_step(1, good=90), False),
        (a_step(1, good=89), True),
        (a_step(1, good=0, p50_ms=math.nan, p99_ms=math.nan), True),
    ],
)
def test_refusals_or_a_queue_are_too_much(step: Step, is_too_much: bool) -> None:
    assert step.is_too_much(40) is is_too_much


def test_saturation_is_the_highest_rate_kept_up_with() -> None:
    assert saturation([late(1), slow(2)], 40) == Saturation(None, is_beyond=False)
    assert saturation([slow(1), late(2)], 40) == Saturation(0, is_beyond=False)
    assert saturation([a_step(1), a_step(2), slow(3)], 40) == Saturation(2, is_beyond=False)
    assert saturation([a_step(1), slow(2), a_step(3), slow(4)], 40) == Saturation(3, False)
    assert saturation([slow(1)], 40) == Saturation(0, is_beyond=False)
    assert saturation([a_step(1), late(2)], 40) == Saturation(1, is_beyond=True)
    assert saturation([a_step(1), late(2), slow(3)], 40) == Saturation(1, is_beyond=False)


def test_a_spread_is_the_median_with_its_bounds() -> None:
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0)
    assert Spread.of([3.0, 1.0, 2.0]).text(1) == "2.0 (1.0–3.0)"
    assert Spread.of([2.01, 2.02]).text(1) == "2.0"
    assert Spread.of([1_500.0]).text(0) == "1,500"
    assert Spread.of([1.0, math.nan]).text(1) == "–"


def test_a_run_whose_generator_was_late_is_left_out_unless_all_were() -> None:
    in_time, was_late = a_step(5, p99_ms=7), a_step(5, p99_ms=90, late_p99_ms=50)

    assert Point.of([in_time, was_late, in_time]) == Point(5, [in_time, in_time], late_runs=1)
    assert not Point.of([in_time, was_late]).is_late
    assert Point.of([was_late] * 2) == Point(5, [was_late] * 2, late_runs=2)
    assert Point.of([was_late] * 2).is_late


def test_runs_are_put_together_by_rate() -> None:
    curve = Curve("user", "rank", [[a_step(1), a_step(2)], [a_step(1), a_step(2), a_step(3)]])

    assert [(point.rate_per_s, len(point.steps)) for point in curve.points()] == [(1, 2), (2, 2), (3, 1)]
