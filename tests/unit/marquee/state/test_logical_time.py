"""The clock: empty stretches take no time, busy ones take the calendar's, and nothing turns it back."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee.arrays import FloatArray
from marquee.state.item_stats import ItemStats, merged
from marquee.state.logical_time import LogicalTime
from marquee.state.ratings import Ratings

WEEK_MS = 7 * 86_400_000
YEARS_8 = 417  # weeks
FIRST = 1_400

weekly = st.dictionaries(st.integers(0, 120), st.integers(1, 400), min_size=1, max_size=60)
"""Ratings by week: bursts, lulls and holes."""


def counts(by_week: dict[int, int], movie_id: int = 1) -> ItemStats:
    """So many four-star ratings of one movie in each week."""
    week = np.array(sorted(by_week), np.int32) + FIRST
    n = np.array([by_week[w] for w in sorted(by_week)], np.int32)
    return ItemStats(np.full(len(n), movie_id, np.int64), week.astype(np.int32), n, n * 8, n)


def steady(volume: int, weeks: int = 100) -> dict[int, int]:
    return dict.fromkeys(range(weeks), volume)


def ages(by_week: dict[int, int], of: list[int]) -> FloatArray:
    return LogicalTime.of(counts(by_week)).age_days(np.array(of, np.int32) + FIRST)


def in_week(week: int) -> float:
    """A moment of that week, Unix ms."""
    return (FIRST + week + 0.5) * WEEK_MS


@pytest.mark.parametrize("volume", [1, 2, 90, 20_000])
def test_logical_time_of_equally_busy_weeks_is_the_calendar(volume: int) -> None:
    np.testing.assert_allclose(ages(steady(volume), [99, 98, 50, 0]), [0, 7, 49 * 7, 99 * 7])


def test_logical_time_of_weeks_near_their_usual_volume_is_nearly_the_calendar() -> None:
    rng = np.random.default_rng(1)
    by_week = {week: int(volume) for week, volume in enumerate(90 * rng.uniform(0.6, 1.6, 300))}

    np.testing.assert_allclose(ages(by_week, [200, 100, 0]), [99 * 7, 199 * 7, 299 * 7], rtol=0.01)


@pytest.mark.parametrize("gap", [1, 52, YEARS_8])
def test_one_rating_after_any_gap_ages_nothing_by_a_day(gap: int) -> None:
    before = ages(steady(90), [99, 0])
    after = ages(steady(90) | {99 + gap: 1}, [99, 0])

    assert ((after > before) & (after < before + 1)).all()


@given(weekly, st.integers(0, 500), st.integers(0, 2_000), st.integers(0, 2_000))
def test_later_ratings_move_now_forward_by_a_week_at_most(
    by_week: dict[int, int], later: int, some: int, more: int
) -> None:
    newest = max(by_week)
    week = newest + later  # 0: more of them in the newest week itself
    already = by_week.get(week, 0)
    earlier = [w for w in by_week if w < week]
    before = ages({w: by_week[w] for w in earlier}, earlier) if earlier else np.empty(0)

    one, other = (ages(by_week | {week: already + n}, earlier) for n in (some, some + more))

    assert (one >= before - 1e-9).all()
    assert (other >= one - 1e-9).all()
    assert (other <= before + 7 + 1e-9).all()


@given(weekly, st.integers(0, 120))
def test_the_axis_before_a_cut_is_the_beginning_of_the_whole_axis(by_week: dict[int, int], at: int) -> None:
    before = {week: n for week, n in by_week.items() if week <= at}
    whole = LogicalTime.of(counts(by_week))
    part = LogicalTime.of(counts(before))

    np.testing.assert_array_equal(part.end_days, whole.end_days[: len(before)])
    np.testing.assert_array_equal(part.calendar_ms, whole.calendar_ms[: len(before)])


@given(weekly, st.randoms(use_true_random=False))
def test_the_clock_does_not_depend_on_how_counts_are_divided_or_ordered(
    by_week: dict[int, int], random: Random
) -> None:
    whole = counts(by_week)
    single = [counts({week: 1}, movie_id=at % 7) for week, n in by_week.items() for at in range(min(n, 3))]
    rest = [counts({week: n - 3}, movie_id=9) for week, n in by_week.items() if n > 3]
    parts = [*single, *rest]
    random.shuffle(parts)

    one = LogicalTime.of(whole)
    for other in (LogicalTime.of(merged(*parts)), LogicalTime.of(ItemStats.concat(*parts))):
        np.testing.assert_array_equal(one.week, other.week)
        np.testing.assert_array_equal(one.end_days, other.end_days)
        np.testing.assert_array_equal(one.calendar_ms, other.calendar_ms)


@given(weekly, st.integers(0, 120))
def test_the_calendar_reading_rises_and_is_never_early(by_week: dict[int, int], at: int) -> None:
    time = LogicalTime.of(counts(by_week))
    end_of_week = 1970 + (FIRST + at + 1) * 7 / 365.2425

    now, then = time.year_now, time.year_at(in_week(at))

    assert np.isnan(then) == (at < min(by_week))
    if at >= min(by_week):
        assert then <= min(now, end_of_week) + 1e-9
        assert time.year_at(in_week(at + 1)) >= then - 1e-9


def test_the_calendar_catches_up_in_proportion_to_ratings_years_later() -> None:
    start = LogicalTime.of(counts(steady(90))).year_now
    moved = [
        LogicalTime.of(counts(steady(90) | {99 + YEARS_8 + week: n for week in range(weeks)})).year_now - start
        for n, weeks in ((1, 1), (10, 1), (90, 1), (90, 26), (90, 200))
    ]

    assert 0 < moved[0] < 0.01
    assert moved[1] < 0.1
    assert 0.1 < moved[2] < 0.5
    assert 3.5 < moved[3] < 5.5  # half a year at the usual volume: half of the gap
    assert 11.7 < moved[4] < 8 + 200 * 7 / 365.2425 + 0.1


def test_a_year_of_one_rating_per_week_counts_as_days() -> None:
    assert ages(steady(90) | {100 + YEARS_8 + week: 1 for week in range(52)}, [99])[0] < 21


def test_years_of_steady_quiet_traffic_become_the_usual_volume() -> None:
    quiet = steady(900) | {100 + week: 90 for week in range(400)}

    assert ages(quiet, [480])[0] == pytest.approx(19 * 7, rel=0.01)


def test_usual_weeks_after_an_enormous_one_still_count_in_full() -> None:
    assert ages(steady(90) | {100: 20_000} | {101 + week: 90 for week in range(10)}, [100])[0] == pytest.approx(70)


def test_a_late_rating_of_long_ago_moves_now_by_hours_only() -> None:
    rng = np.random.default_rng(2)
    by_week = {week: int(n) for week, n in enumerate(rng.lognormal(4.2, 1, 300)) if n}
    late = {week: by_week | {week: by_week.get(week, 0) + 1} for week in (0, 77, 150, 299)}

    before = ages(by_week, [0])
    for week, changed in late.items():
        assert abs(ages(changed, [0])[0] - before[0]) < 0.5, week


def test_moments_from_the_newest_week_on_are_not_idle() -> None:
    time = LogicalTime.of(counts(steady(90)))

    assert time.idle_days(in_week(99)) == time.idle_days(in_week(5_000)) == 0
    assert time.idle_days(in_week(98)) == 7
    assert np.isnan(time.idle_days(float("nan")))
    assert np.isnan(time.year_at(float("nan")))


def test_without_ratings_there_is_no_date_and_no_age() -> None:
    time = LogicalTime.of(ItemStats.of(Ratings.empty()))

    assert time.age_days(np.array([0, FIRST], np.int32)).tolist() == [0, 0]
    assert time.idle_days(in_week(0)) == 0
    assert np.isnan([time.year_now, time.newest_ms, time.year_at(in_week(0))]).all()
