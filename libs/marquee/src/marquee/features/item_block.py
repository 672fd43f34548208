"""Everything known of the movies themselves at one time, computed once and read by every request until the next one."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.catalog import Catalog
from marquee.features import popular, trending, well_rated
from marquee.features.buckets import MovieBuckets
from marquee.ids import Float32Array, FloatArray
from marquee.item_stats import ItemStats

YEAR_MS = 365.2425 * 86_400_000


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """Movie-level state, aligned with a catalogue's rows.

    Attributes:
        catalog: whose rows these are.
        now_ms: the time the ages are counted to.
        popular, trending, well_rated: (n, f) float32, the columns of these families.
        decayed, decayed_fast: (n,) float32, positives with half-lives of 180 and 30 days: two retrieval sources.
        prior: (n,) float64 in [0, 1), by popularity, all distinct: breaks ties.
        share: (n,) float32, log of the ratings a movie has (the popularity a user's taste is compared with).
        genres: (n, G) float32, the catalogue's as 0 and 1.
        is_out: (n,) bool, released by `now` or of unknown year; others are not recommended.
    """

    catalog: Catalog
    now_ms: int
    popular: Float32Array
    trending: Float32Array
    well_rated: Float32Array
    decayed: Float32Array
    decayed_fast: Float32Array
    prior: FloatArray
    share: Float32Array
    genres: Float32Array
    is_out: np.ndarray[tuple[int], np.dtype[np.bool_]]

    @classmethod
    def of(cls, stats: ItemStats, catalog: Catalog, *, now_ms: int) -> Self:
        """Compute the block; buckets newer than `now` have age 0, movies outside the catalogue are left out."""
        buckets = MovieBuckets.of(stats, catalog, now_ms=now_ms)
        decayed = buckets.decayed(half_life_days=popular.HALF_LIFE_DAYS)
        order = np.lexsort((np.arange(len(catalog))[::-1], buckets.n, buckets.positives, decayed))
        prior = np.empty(len(catalog))
        prior[order] = np.arange(len(catalog)) / max(len(catalog), 1)
        this_year = 1970 + now_ms / YEAR_MS
        return cls(
            catalog=catalog,
            now_ms=now_ms,
            popular=popular.columns(buckets),
            trending=trending.columns(buckets),
            well_rated=well_rated.columns(buckets),
            decayed=decayed,
            decayed_fast=buckets.decayed(half_life_days=trending.HALF_LIFE_DAYS),
            prior=prior,
            share=np.log1p(buckets.n).astype(np.float32),
            genres=catalog.genres.astype(np.float32),
            is_out=~(catalog.year > this_year + 1),
        )


def stream_now_ms(stats: ItemStats, *, tail: float = 0.001, at_least: int = 20) -> int:
    """The time the data is at: end of the newest week that has at least a `tail` of all ratings from it on.

    A data set that ends in 2018 and gets a handful of ratings today is still at 2018: with the wall clock every
    popularity window of it would be empty. Sustained live traffic moves it to the present. 0 without ratings.
    """
    from marquee.item_stats import BUCKET_MS

    if not len(stats):
        return 0
    weeks, at = np.unique(stats.week, return_inverse=True)
    from_here = np.bincount(at, weights=stats.n)[::-1].cumsum()[::-1]
    needed = min(max(tail * from_here[0], at_least), from_here[0])
    return int((int(weeks[np.flatnonzero(from_here >= needed)[-1]]) + 1) * BUCKET_MS)
