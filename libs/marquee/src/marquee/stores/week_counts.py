"""A copy of many movies' weekly counts in few arrays, which takes newer counts of some of them. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import IntArray, entries_of
from marquee.state.item_stats import ItemStats
from marquee.stores.packing import WEEK_ROW

SUMMED_AT_ONCE = 250_000
"""Rows that are summed over the shards at a time: about 15 MB, where all rows of a large store would take 500."""


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """The counts as they are packed in the store, 16 bytes for each week; a dict of them would weigh twice that.

    Attributes:
        movie_id: (m,) int64, ascending and distinct.
        start: (m + 1,) int64, where each movie's weeks begin in `rows`, and where the last one's end.
        rows: (r,) WEEK_ROW, movie after movie, each by week.
    """

    movie_id: IntArray
    start: IntArray
    rows: NDArray[np.void]

    @classmethod
    def of(cls, values: Mapping[int, bytes]) -> Self:
        """Packed counts by movie id, in any order; a movie without any keeps an empty place."""
        movies = sorted(values)
        lengths = [len(values[movie_id]) // WEEK_ROW.itemsize for movie_id in movies]
        rows = np.frombuffer(b"".join(values[movie_id] for movie_id in movies), WEEK_ROW)
        return cls(np.array(movies, np.int64), np.r_[0, np.cumsum(lengths, dtype=np.int64)], rows)

    def updated(self, newer: Sequence[Self]) -> Self:
        """The counts of all; of a movie that several have, the last ones."""
        parts = [self, *newer]
        movie_id = np.concatenate([part.movie_id for part in parts])
        length = np.concatenate([np.diff(part.start) for part in parts])
        start = np.cumsum(length) - length
        order = np.argsort(movie_id, kind="stable")
        is_last = np.diff(movie_id[order], append=-1) != 0
        kept = order[is_last]
        at = entries_of(np.r_[start, length.sum()], kept)
        rows = np.concatenate([part.rows for part in parts])
        return type(self)(movie_id[kept], np.r_[0, np.cumsum(length[kept])], rows[at])

    def between(self, first: int, end: int) -> ItemStats:
        """The counts of the movies with first <= id < end."""
        low, high = np.searchsorted(self.movie_id, [first, end])
        rows = self.rows[self.start[low] : self.start[high]]
        movie_id = np.repeat(self.movie_id[low:high], np.diff(self.start[low : high + 1]))
        columns = (rows[name].astype(np.int32) for name in ("week", "n", "half_stars", "positives"))
        return ItemStats(movie_id, *columns)


NOTHING = WeekCounts.of({})


def summed(shards: Sequence[WeekCounts]) -> ItemStats:
    """The counts of all shards, added up movie by movie and week by week."""
    filled, most = 0, sum(len(shard.rows) for shard in shards)
    whole = ItemStats(np.empty(most, np.int64), *(np.empty(most, np.int32) for _ in range(4)))
    for first, end in _spans(shards):
        part = ItemStats.concat(*(shard.between(first, end) for shard in shards)).summed()
        whole.write(filled, part)
        filled += len(part)
    return whole.first(filled)


def _spans(shards: Sequence[WeekCounts]) -> Iterator[tuple[int, int]]:
    """Ranges of movie ids, each with about SUMMED_AT_ONCE rows."""
    movies = np.unique(np.concatenate([NOTHING.movie_id, *(shard.movie_id for shard in shards)]))
    if not len(movies):
        return
    parts = -(-sum(len(shard.rows) for shard in shards) // SUMMED_AT_ONCE)
    firsts = movies[:: -(-len(movies) // max(parts, 1))].tolist()
    yield from zip(firsts, [*firsts[1:], int(movies[-1]) + 1], strict=True)
