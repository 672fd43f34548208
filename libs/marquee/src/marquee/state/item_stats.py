"""Per-movie rating counts in weekly buckets: the state behind every popularity and quality feature.

All columns are integers, so that sums do not depend on the order of arrival and two replays agree to the bit.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import BoolArray, Int32Array, IntArray
from marquee.state.ratings import POSITIVE, Ratings

BUCKET_MS = 7 * 86_400_000
"""One week: fine enough to tell a popularity window of 30 days from one of 90."""

KEY_BITS, WEEK_BITS = 63, 20
"""Of a key that is sorted by: movie ids below 2^43 and 20,000 years of weeks fit."""


@dataclass(frozen=True, slots=True)
class ItemStats:
    """One row per movie and week with ratings, sorted by (movie_id, week).

    Attributes:
        movie_id: (r,) int64.
        week: (r,) int32, whole weeks since 1970.
        n, half_stars, positives: (r,) int32, ratings, the sum of 2 x stars, ratings of 4 stars or more.
    """

    movie_id: IntArray
    week: Int32Array
    n: Int32Array
    half_stars: Int32Array
    positives: Int32Array

    def __len__(self) -> int:
        return len(self.movie_id)

    @classmethod
    def of(cls, ratings: Ratings, *, sign: int = 1) -> Self:
        """Count ratings; sign -1 gives the rows that take them out again."""
        ones = np.full(len(ratings), sign, np.int32)
        return cls(
            ratings.movie_id,
            (ratings.rated_at // BUCKET_MS).astype(np.int32),
            ones,
            (ratings.rating * 2).round().astype(np.int32) * np.int32(sign),
            (ratings.rating >= POSITIVE).astype(np.int32) * np.int32(sign),
        ).summed()

    @classmethod
    def concat(cls, *parts: "ItemStats") -> Self:
        return cls(
            np.concatenate([p.movie_id for p in parts]),
            np.concatenate([p.week for p in parts]),
            np.concatenate([p.n for p in parts]),
            np.concatenate([p.half_stars for p in parts]),
            np.concatenate([p.positives for p in parts]),
        )

    def write(self, at: int, other: "ItemStats") -> None:
        """Copy the rows of others over those from `at` on."""
        for name in ("movie_id", "week", "n", "half_stars", "positives"):
            getattr(self, name)[at : at + len(other)] = getattr(other, name)

    def first(self, count: int) -> Self:
        """The first rows; nothing is copied."""
        return type(self)(
            self.movie_id[:count], self.week[:count], self.n[:count], self.half_stars[:count], self.positives[:count]
        )

    def take(self, kept: BoolArray | NDArray[np.intp]) -> Self:
        """The chosen rows, in the order in which they are chosen."""
        return type(self)(
            self.movie_id[kept], self.week[kept], self.n[kept], self.half_stars[kept], self.positives[kept]
        )

    def summed(self) -> Self:
        """Rows of the same movie and week added up, rows of zeros dropped, sorted by movie and week."""
        if not len(self):
            return self
        order = self._by_movie_and_week()
        movie, week = self.movie_id[order], self.week[order]
        starts = np.flatnonzero(np.r_[True, (movie[1:] != movie[:-1]) | (week[1:] != week[:-1])])
        n, half_stars, positives = (
            np.add.reduceat(column[order], starts) for column in (self.n, self.half_stars, self.positives)
        )
        kept = (n != 0) | (half_stars != 0) | (positives != 0)  # a change within one week has n = 0 and still counts
        return type(self)(movie[starts][kept], week[starts][kept], n[kept], half_stars[kept], positives[kept])

    def _by_movie_and_week(self) -> NDArray[np.intp]:
        """The order of the rows; sorting one key merges what is sorted in parts, as shards are."""
        first = int(self.week.min())
        if self.movie_id.max() < 1 << KEY_BITS - WEEK_BITS and int(self.week.max()) - first < 1 << WEEK_BITS:
            return np.argsort((self.movie_id << WEEK_BITS) + (self.week - np.int32(first)), kind="stable")
        return np.lexsort((self.week, self.movie_id))


def merged(*parts: ItemStats) -> ItemStats:
    """The sum of several statistics, e.g. of the shards of a store."""
    return ItemStats.concat(*parts).summed()
