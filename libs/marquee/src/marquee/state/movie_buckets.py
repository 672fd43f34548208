"""The weekly counts of each movie, aged in logical time: the sums behind what is popular, trending and well rated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from marquee.arrays import Float32Array, FloatArray, Int32Array, IntArray
from marquee.state.item_stats import ItemStats
from marquee.state.logical_time import LogicalTime
from marquee.state.movie_table import MovieTable, RowArray

AT_ONCE = 250_000
"""Buckets that are aged at a time: 2 MB of float64. Five million of them at once would outweigh the whole ranker."""


@dataclass(frozen=True, slots=True)
class MovieBuckets:
    """Buckets in catalogue rows, and what a week is worth, by week.

    Attributes:
        catalog: whose rows these are. time: the clock of the same counts.
        row: (r,) int32, ascending. week: (r,) int32, ascending for each row, counted from `first_week` in the arrays by
            week below.
        bucket_positives: (r,) int32 ratings of 4 stars or more in the week.
        age_days: (w,) float64 logical days from the end of a week to now, 0 for the newest week.
        span_days: (w,) float64 logical days that the week takes.
        n, stars, positives: (n_movies,) float64 totals per movie.
    """

    catalog: MovieTable
    time: LogicalTime
    row: Int32Array
    week: Int32Array
    first_week: np.int32
    bucket_positives: Int32Array
    age_days: FloatArray
    span_days: FloatArray
    n: FloatArray
    stars: FloatArray
    positives: FloatArray
    _decayed: dict[float, Float32Array] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, stats: ItemStats, catalog: MovieTable) -> Self:
        """Movies outside the catalogue are left out, but count for the clock.

        Args:
            stats: summed, that is sorted by movie and week.
        """
        time = LogicalTime.of(stats)
        row = _rows_of(stats, catalog)
        known = row >= 0
        if not known.all():
            stats, row = stats.take(known), row[known]
        if catalog.by_id is not None:  # rows do not ascend with the ids
            order = np.argsort(row, kind="stable")
            stats, row = stats.take(order), row[order]
        first_week = np.int32(stats.week.min() if len(stats) else 0)
        weeks = np.arange(first_week, stats.week.max(initial=first_week) + 1, dtype=np.int32)

        def total(values: Int32Array) -> FloatArray:
            sums = np.zeros(len(catalog))
            for part in _parts(row):
                counted = np.bincount(row[part] - row[part.start], weights=values[part])
                sums[row[part.start] : row[part.start] + len(counted)] = counted
            return sums

        return cls(
            catalog=catalog,
            time=time,
            row=row,
            week=stats.week,
            first_week=first_week,
            bucket_positives=stats.positives,
            age_days=time.age_days(weeks),
            span_days=time.spans_days(weeks),
            n=total(stats.n),
            stars=total(stats.half_stars) / 2,
            positives=total(stats.positives),
        )

    def decayed(self, *, half_life_days: float) -> Float32Array:
        """(n_movies,) positives, each worth half after the half-life. Larger: what was liked long ago counts more."""
        if half_life_days not in self._decayed:
            self._decayed[half_life_days] = self._weighed(np.exp2(-self.age_days / half_life_days))
        return self._decayed[half_life_days]

    def within(self, days: float) -> Float32Array:
        """(n_movies,) positives of the last `days`; a week on the edge counts by the share of it that lies within.

        If whole weeks counted, a single rating that moves now could drop hundreds of others at once.
        """
        return self._weighed(np.clip((days - self.age_days) / np.maximum(self.span_days, 1e-9), 0, 1))

    def newest_days(self) -> Float32Array:
        """(n_movies,) age of the newest bucket, NaN for a movie that nobody rated."""
        return self._ages(np.flatnonzero(np.r_[self.row[1:] != self.row[:-1], len(self.row) > 0]))

    def oldest_days(self) -> Float32Array:
        """(n_movies,) age of the oldest bucket, NaN for a movie that nobody rated."""
        return self._ages(_starts(self.row))

    def _ages(self, buckets: RowArray) -> Float32Array:
        age = np.full(len(self.n), np.nan, np.float32)
        age[self.row[buckets]] = self.age_days[self.week[buckets] - self.first_week]
        return age

    def _weighed(self, worth: FloatArray) -> Float32Array:
        """(n_movies,) sums of the positives, each worth what its week is worth.

        Args:
            worth: (w,) by week; in weeks before the first that is worth anything nothing is looked at.
        """
        sums = np.zeros(len(self.n), np.float32)
        first = int(np.argmax(worth > 0)) if (worth > 0).any() else len(worth)
        for part in _parts(self.row):
            row, at, positives = self.row[part], self.week[part] - self.first_week, self.bucket_positives[part]
            if first:
                counted = at >= first
                row, at, positives = row[counted], at[counted], positives[counted]
            if len(row):
                summed = np.bincount(row - row[0], weights=positives * worth[at])
                sums[row[0] : row[0] + len(summed)] = summed
        return sums


def _rows_of(stats: ItemStats, catalog: MovieTable) -> Int32Array:
    """(r,) int32 catalogue row of each bucket, -1 where the movie is unknown; each movie is looked up once."""
    starts = _starts(stats.movie_id)
    lengths = np.diff(starts, append=len(stats))
    return np.repeat(catalog.rows(stats.movie_id[starts]).astype(np.int32), lengths)


def _starts(ordered: Int32Array | IntArray) -> RowArray:
    """Where each run of equal values begins."""
    return np.flatnonzero(np.r_[len(ordered) > 0, ordered[1:] != ordered[:-1]])


def _parts(row: Int32Array) -> Iterator[slice]:
    """Slices of about AT_ONCE buckets, of whole movies: a movie's sum is never put together from two."""
    start = 0
    while start < len(row):
        end = min(start + AT_ONCE, len(row))
        end = int(np.searchsorted(row, row[end - 1], side="right"))
        yield slice(start, end)
        start = end


def percentile(values: FloatArray | Float32Array) -> Float32Array:
    """Share of the movies with a smaller value, 0 to 1: comparable between small and large, early and late data."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, values) / max(len(values), 1)).astype(np.float32)
