"""The weekly counts of each movie, aged in logical time: the sums behind what is popular, trending and well rated."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import Float32Array, FloatArray
from marquee.state.item_stats import ItemStats
from marquee.state.logical_time import LogicalTime
from marquee.state.movie_table import MovieTable, RowArray


@dataclass(frozen=True, slots=True)
class MovieBuckets:
    """Buckets in catalogue rows.

    Attributes:
        catalog: whose rows these are. time: the clock of the same counts.
        row: (r,) intp. age_days: (r,) float64 logical days from the end of the week to now, 0 for the newest week.
        span_days: (r,) float64 logical days that the week takes.
        bucket_positives: (r,) float64 ratings of 4 stars or more in the week.
        n, stars, positives: (n_movies,) float64 totals per movie.
    """

    catalog: MovieTable
    time: LogicalTime
    row: RowArray
    age_days: FloatArray
    span_days: FloatArray
    bucket_positives: FloatArray
    n: FloatArray
    stars: FloatArray
    positives: FloatArray

    @classmethod
    def of(cls, stats: ItemStats, catalog: MovieTable) -> Self:
        """Movies outside the catalogue are left out, but count for the clock."""
        time = LogicalTime.of(stats)
        row = catalog.rows(stats.movie_id)
        known = row >= 0
        row, week = row[known], stats.week[known]
        positives = stats.positives[known].astype(np.float64)

        def total(values: FloatArray) -> FloatArray:
            return np.bincount(row, weights=values, minlength=len(catalog)).astype(np.float64)

        return cls(
            catalog=catalog,
            time=time,
            row=row,
            age_days=time.age_days(week),
            span_days=time.spans_days(week),
            bucket_positives=positives,
            n=total(stats.n[known].astype(np.float64)),
            stars=total(stats.half_stars[known].astype(np.float64)) / 2,
            positives=total(positives),
        )

    def decayed(self, *, half_life_days: float) -> Float32Array:
        """(n_movies,) positives, each worth half after the half-life. Larger: what was liked long ago counts more."""
        weight = self.bucket_positives * np.exp2(-self.age_days / half_life_days)
        return np.bincount(self.row, weights=weight, minlength=len(self.n)).astype(np.float32)

    def within(self, days: float) -> Float32Array:
        """(n_movies,) positives of the last `days`; a week on the edge counts by the share of it that lies within.

        If whole weeks counted, a single rating that moves now could drop hundreds of others at once.
        """
        share = np.clip((days - self.age_days) / np.maximum(self.span_days, 1e-9), 0, 1)
        weight = self.bucket_positives * share
        return np.bincount(self.row, weights=weight, minlength=len(self.n)).astype(np.float32)

    def newest_days(self) -> Float32Array:
        """(n_movies,) age of the newest bucket, NaN for a movie that nobody rated."""
        age = np.full(len(self.n), np.inf)
        np.minimum.at(age, self.row, self.age_days)
        return np.where(np.isfinite(age), age, np.nan).astype(np.float32)

    def oldest_days(self) -> Float32Array:
        """(n_movies,) age of the oldest bucket, NaN for a movie that nobody rated."""
        age = np.full(len(self.n), -np.inf)
        np.maximum.at(age, self.row, self.age_days)
        return np.where(np.isfinite(age), age, np.nan).astype(np.float32)


def percentile(values: FloatArray | Float32Array) -> Float32Array:
    """Share of the movies with a smaller value, 0 to 1: comparable between small and large, early and late data."""
    ordered = np.sort(values)
    return (np.searchsorted(ordered, values) / max(len(values), 1)).astype(np.float32)
