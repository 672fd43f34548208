"""What is known of the movies at one time: computed when a rating changes it, and read by every request."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray
from marquee.state.logical_time import YEAR_MS, LogicalTime
from marquee.state.movie_buckets import MovieBuckets
from marquee.state.movie_table import MovieTable, RowArray

HALF_LIFE_DAYS, FAST_HALF_LIFE_DAYS = 180.0, 30.0
"""Logical days after which a like counts half, in what is popular and in what trends. Larger: both change later."""


@dataclass(frozen=True, slots=True)
class MovieState:
    """Movie-level state, aligned with a catalogue's rows.

    Attributes:
        catalog: whose rows these are.
        time: the clock of the same counts; ages are counted to its now.
        decayed, decayed_fast: (n,) float32, likes that fade with the two half-lives: what is popular, and trending.
        prior: (n,) float64 in [0, 1), by popularity, all distinct: breaks ties.
        by_prior, by_decayed_fast: (n,) intp rows, the most popular first, which is also the order by `decayed`; and the
            most trending ones first, of equal ones the more popular.
        count: (n,) float64, ratings.
        log_count: (n,) float32, log(1 + ratings): the popularity that a user's taste is compared with.
        genres: (n, G) float32, the catalogue's genres as 0 and 1.
        is_released: (n,) bool, released by the year after that of the newest rating, or of unknown year; no other movie
            is recommended. Here the true date counts: a single rating made today proves what day it is.
    """

    catalog: MovieTable
    time: LogicalTime
    decayed: Float32Array
    decayed_fast: Float32Array
    prior: FloatArray
    by_prior: RowArray
    by_decayed_fast: RowArray
    count: FloatArray
    log_count: Float32Array
    genres: Float32Array
    is_released: BoolArray

    @classmethod
    def of(cls, buckets: MovieBuckets) -> Self:
        """The state at the buckets' own logical time."""
        catalog, time = buckets.catalog, buckets.time
        decayed = buckets.decayed(half_life_days=HALF_LIFE_DAYS)
        order = np.lexsort((np.arange(len(catalog))[::-1], buckets.n, buckets.positives, decayed))
        prior = np.empty(len(catalog))
        prior[order] = np.arange(len(catalog)) / max(len(catalog), 1)
        decayed_fast = buckets.decayed(half_life_days=FAST_HALF_LIFE_DAYS)
        newest_year = 1970 + time.newest_ms / YEAR_MS  # NaN without ratings: nothing is known to be in the future
        return cls(
            catalog=catalog,
            time=time,
            decayed=decayed,
            decayed_fast=decayed_fast,
            prior=prior,
            by_prior=np.ascontiguousarray(order[::-1]),
            by_decayed_fast=np.lexsort((-prior, -decayed_fast)),
            count=buckets.n,
            log_count=np.log1p(buckets.n).astype(np.float32),
            genres=catalog.genres.astype(np.float32),
            is_released=~(catalog.year > newest_year + 1),
        )
