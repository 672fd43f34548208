"""What everybody's ratings say of each movie, and of two movies together: the numbers that sentences name."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from marquee.arrays import Int32Array, IntArray
from marquee.explanation.fan_bits import FanBits
from marquee.state.logical_time import DAY_MS
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import POSITIVE, Ratings, latest_per_movie

YEAR_DAYS = 365
_ARRAYS = ("raters", "half_stars", "recent_raters", "recent_fans", "fan_start", "fan")


@dataclass(frozen=True)
class Crowd:
    """Counts over the newest rating per user and movie, in catalogue rows.

    Attributes:
        people: users with a rating. newest_ms: Unix milliseconds of the newest rating, 0 without any.
        raters, half_stars: (n,) int64, who rated a movie, and the sum of 2 x their stars.
        recent_raters, recent_fans: (n,) int64, those who rated it in the YEAR_DAYS before the newest rating, and of
            them those who like it.
        fan_start: (n + 1,) int64, where each movie's fans start in `fan`. fan: (f,) int32, numbers from 0 below
            `people` of the users who gave 4 stars or more, ascending for each movie.
    """

    people: int
    newest_ms: int
    raters: IntArray
    half_stars: IntArray
    recent_raters: IntArray
    recent_fans: IntArray
    fan_start: IntArray
    fan: Int32Array

    def __len__(self) -> int:
        return len(self.raters)

    @classmethod
    def of(cls, ratings: Ratings, catalog: MovieTable) -> Self:
        """Count; movies outside the catalogue, and users who rated no other, are left out."""
        kept = latest_per_movie(ratings.take(catalog.rows(ratings.movie_id) >= 0))
        row = catalog.rows(kept.movie_id)
        users, user = np.unique(kept.user_id, return_inverse=True)
        newest_ms = int(kept.rated_at.max(initial=0))
        is_recent = kept.rated_at > newest_ms - YEAR_DAYS * DAY_MS
        likes = kept.rating >= POSITIVE
        liked_row, fan = row[likes], user[likes].astype(np.int32)  # by user: stable below, so ascending for each movie
        n = len(catalog)

        def count(selected: IntArray) -> IntArray:
            return np.bincount(selected, minlength=n).astype(np.int64)

        return cls(
            people=len(users),
            newest_ms=newest_ms,
            raters=count(row),
            half_stars=np.bincount(row, weights=kept.rating * 2, minlength=n).astype(np.int64),
            recent_raters=count(row[is_recent]),
            recent_fans=count(row[is_recent & likes]),
            fan_start=np.concatenate([[0], np.cumsum(count(liked_row))]),
            fan=fan[np.argsort(liked_row, kind="stable")],
        )

    def with_newer(self, n_movies: int) -> Self:
        """The same counts for a catalogue that has more movies behind these: nobody has rated them."""
        newer = np.zeros(n_movies - len(self), np.int64)
        return replace(
            self,
            raters=np.concatenate([self.raters, newer]),
            half_stars=np.concatenate([self.half_stars, newer]),
            recent_raters=np.concatenate([self.recent_raters, newer]),
            recent_fans=np.concatenate([self.recent_fans, newer]),
            fan_start=np.concatenate([self.fan_start, newer + self.fan_start[-1]]),
        )

    @cached_property
    def fans(self) -> IntArray:
        """(n,) how many people like each movie."""
        return np.diff(self.fan_start)

    @cached_property
    def fan_counts(self) -> list[int]:
        """`fans`, for who reads single ones."""
        counts: list[int] = self.fans.tolist()
        return counts

    @cached_property
    def overall_mean(self) -> float:
        """Mean stars of all ratings, NaN without any."""
        total = int(self.raters.sum())
        return int(self.half_stars.sum()) / 2 / total if total else float("nan")

    @cached_property
    def overall_likes(self) -> float:
        """Share of all ratings that are likes, NaN without any."""
        total = int(self.raters.sum())
        return len(self.fan) / total if total else float("nan")

    def fans_of(self, row: int) -> Int32Array:
        """(fans,) numbers of the people who like a movie, ascending."""
        start = self._start
        return self.fan[start[row] : start[row + 1]]

    def both(self, row: int, other: int) -> int:
        """How many people like both movies."""
        return self.fan_bits.both(row, other)

    @cached_property
    def fan_bits(self) -> FanBits:
        """The people who like each movie, to be compared."""
        return FanBits(self.people, self.fans_of)

    @cached_property
    def _start(self) -> list[int]:
        return [int(at) for at in self.fan_start]

    def save(self, folder: Path) -> None:
        """Write plain .npy files."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "counts.npy", np.array([self.people, self.newest_ms], np.int64))
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote; the lists of fans stay on disk until touched."""
        people, newest_ms = np.load(folder / "counts.npy").tolist()
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r" if name == "fan" else None) for name in _ARRAYS}
        arrays["fan"] = np.asarray(arrays["fan"])  # a plain view: slices of it are cheaper
        return cls(people, newest_ms, **arrays)
