"""Logical time: the clock of popularity, trends and ages, in which stretches without ratings take no time (ADR 0004).

A pure function of the weekly counts, so trainer, ranker, backtest and replay read the same clock from the same ratings.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import FloatArray, Int32Array
from marquee.state.item_stats import BUCKET_MS, ItemStats

AT_ONCE = 250_000
"""Rows counted at a time: numpy makes both columns eight bytes wide to count them."""
DAY_MS = 86_400_000
WEEK_DAYS = BUCKET_MS / DAY_MS
YEAR_MS = 365.2425 * DAY_MS
FULL_SHARE = 0.5
"""Share of the usual volume at which a week takes a whole week. Larger: ordinary quiet weeks are compressed too."""
MEMORY_WEEKS = 104.0
"""Half-life of what is usual, in weeks with ratings. Larger: quiet traffic takes longer to become usual."""
CATCH_UP_DAYS = 180.0
"""Logical days in which the calendar makes up half of a gap in the data; equal to the half-life of popularity. Larger:
after a gap, movies stay new for longer."""


@dataclass(frozen=True, slots=True)
class LogicalTime:
    """The weeks with ratings, and where they lie on the logical axis. An instant lies where its week ends.

    A week with n ratings takes min(1, n / (FULL_SHARE * usual)) of a week. `usual` is a power mean of the weeks
    *before* it (exponent 1/2, so that one burst hardly moves it). Hence a rating in the newest week leaves the axis
    before that week as it is and moves now forward by at most 7 / (FULL_SHARE * usual) days, all of them together by
    at most 7; and the axis of the ratings before a cut is the beginning of the axis of all ratings.

    Attributes:
        week: (w,) int32, whole weeks since 1970 that have ratings, ascending.
        step_days: (w,) float64 in (0, 7], logical days that each of them takes.
        end_days: (w,) float64, logical days at its end, counted from the first week's beginning.
        calendar_ms: (w,) float64, the calendar as read at its end: never later than the end itself, and rising. Over a
            gap in the data it does not jump but catches up, half of the gap in CATCH_UP_DAYS of logical time.
    """

    week: Int32Array
    step_days: FloatArray
    end_days: FloatArray
    calendar_ms: FloatArray

    @classmethod
    def of(cls, stats: ItemStats) -> Self:
        """The axis of these counts, summed over all movies; neither their order nor how rows split them matters."""
        first = np.int32(stats.week.min(initial=0))
        volume = np.zeros(int(stats.week.max(initial=0)) - int(first) + 1)
        for start in range(0, len(stats), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            volume += np.bincount(stats.week[part] - first, weights=stats.n[part], minlength=len(volume))
        week = (first + np.flatnonzero(volume > 0)).astype(np.int32)
        volume = volume[volume > 0]
        step = WEEK_DAYS * np.minimum(1, volume / (FULL_SHARE * _usual_before(volume)))
        end = np.cumsum(step)
        return cls(week, step, end, (week + 1.0) * BUCKET_MS - DAY_MS * _behind(week, step, end))

    def age_days(self, week: Int32Array) -> FloatArray:
        """Logical days from the end of these weeks to now; 0 for weeks later than all ratings, the longest possible
        age for weeks before the first. Without ratings all ages are 0."""
        if not len(self.week):
            return np.zeros(len(week))
        then: FloatArray = np.concatenate([[0.0], self.end_days])[self._known_until(week)]
        return float(self.end_days[-1]) - then

    def spans_days(self, week: Int32Array) -> FloatArray:
        """Logical days that these weeks take; 0 for a week without ratings."""
        if not len(self.week):
            return np.zeros(len(week))
        at = np.minimum(np.searchsorted(self.week, week), len(self.week) - 1)
        return np.where(self.week[at] == week, self.step_days[at], 0.0)

    def idle_days(self, at_ms: float) -> float:
        """Logical days since an instant (Unix ms), 0 from the newest week on. NaN in, NaN out."""
        return float("nan") if np.isnan(at_ms) else float(self.age_days(_weeks_of(at_ms))[0])

    def year_at(self, at_ms: float) -> float:
        """The calendar as read at an instant (Unix ms), as a year with fraction; NaN without ratings up to then."""
        if np.isnan(at_ms):
            return float("nan")
        known = int(self._known_until(_weeks_of(at_ms))[0])
        return 1970 + float(self.calendar_ms[known - 1]) / YEAR_MS if known else float("nan")

    @property
    def year_now(self) -> float:
        """The calendar as read now; NaN without ratings. Ages are counted from here."""
        return self.year_at(self.newest_ms)

    @property
    def newest_ms(self) -> float:
        """The true time at the end of the newest week, NaN without ratings.

        For dates that must not lag behind: a movie released by then is released, however sparse the ratings are.
        """
        return (float(self.week[-1]) + 1) * BUCKET_MS if len(self.week) else float("nan")

    def _known_until(self, week: Int32Array) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """How many weeks with ratings there are up to and including each of these."""
        return np.searchsorted(self.week, week, side="right")


def _usual_before(volume: FloatArray) -> FloatArray:
    """(w,) the usual volume before each week; the first week is usual by itself."""
    weight = np.exp2(np.arange(len(volume)) / MEMORY_WEEKS)
    usual = (np.cumsum(weight * np.sqrt(volume)) / np.cumsum(weight)) ** 2
    return np.concatenate([volume[:1], usual[:-1]])


def _behind(week: Int32Array, step: FloatArray, end: FloatArray) -> FloatArray:
    """(w,) calendar days by which the reading lags behind at each week's end.

    Each week adds the calendar days that it and the empty weeks before it took beyond their logical days; the lag then
    halves with every CATCH_UP_DAYS of logical time, the week's own step included.
    """
    lost = WEEK_DAYS * np.diff(week, prepend=week[:1] - 1) - step
    weight = np.exp2(end / CATCH_UP_DAYS)
    return np.cumsum(lost * np.exp2((end - step) / CATCH_UP_DAYS)) / weight


def _weeks_of(at_ms: float) -> Int32Array:
    return np.array([at_ms // BUCKET_MS], np.int32)
