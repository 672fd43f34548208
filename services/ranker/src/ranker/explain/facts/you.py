"""What a user's own ratings say: their usual, their likes, and how both fall by genre, year, length and theme."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from marquee.arrays import BoolArray, Float32Array, entries_of
from marquee.explanation.crowd import Crowd
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable, RowArray
from ranker.explain.facts.figures import Figures
from ranker.explain.facts.told import one_decimal

CLEARLY_ABOVE = 0.75
"""Stars over a user's usual from which on they like a movie, between LEAST and MOST."""
LEAST, MOST = 3.0, 4.0
FEW = 5
"""Ratings or likes from which on a share or a mean of them is worth telling."""
SHRINK = 5.0
"""Ratings at the usual that each genre starts with when the most telling one is chosen."""
NEAR = 3
"""Years up to which two movies are near."""
MOST_LIKES, MOST_FANS = 50, 50_000
"""The newest likes of which it is told how many share fans with a movie; the bound on their fans bounds the time."""


def likes(history: History) -> BoolArray:
    """(h,) what the user likes on their own scale: who rates low likes what they gave clearly more than usual.

    The model's features do not know of this; there, 4 stars are a like for everybody.
    """
    least = MOST if not len(history) else min(MOST, max(LEAST, history.mean + CLEARLY_ABOVE))
    liked: BoolArray = history.rating >= least
    return liked


@dataclass(frozen=True)
class You:
    """A user's whole history beside the figures of its movies."""

    history: History
    figures: Figures

    @property
    def catalog(self) -> MovieTable:
        return self.figures.catalog

    @cached_property
    def rated(self) -> int:
        """How many movies the user rated."""
        return len(self.history)

    @cached_property
    def usual(self) -> float:
        """The mean of the user's ratings as it is printed; NaN without any."""
        return one_decimal(self.history.mean)

    @cached_property
    def is_liked(self) -> BoolArray:
        return likes(self.history)

    @cached_property
    def liked_row(self) -> RowArray:
        """(l,) catalogue rows of the likes, newest first."""
        return self.history.row[self.is_liked]

    @cached_property
    def genres(self) -> "GenreTaste":
        return GenreTaste.of(self)

    @cached_property
    def visit_year(self) -> int:
        """The calendar year of the newest rating, UTC."""
        return datetime.fromtimestamp(int(self.history.rated_at[0]) / 1_000, UTC).year

    @cached_property
    def _liked_years(self) -> list[float]:
        """The years of the likes, where they are known, ascending."""
        year = self.catalog.year[self.liked_row]
        years: list[float] = np.sort(year[np.isfinite(year)]).tolist()
        return years

    def likes_near(self, year: int) -> int:
        """Likes of a year that differs by at most NEAR."""
        return bisect_right(self._liked_years, year + NEAR) - bisect_left(self._liked_years, year - NEAR)

    @cached_property
    def decades(self) -> dict[float, tuple[int, float]]:
        """By its first year: how many movies of a decade the user rated, and their mean."""
        first, decade = self.figures.decades
        at = decade[self.history.row]
        count = np.bincount(at, minlength=len(first)).tolist()
        stars = np.bincount(at, weights=self.history.rating, minlength=len(first)).tolist()
        return {d: (n, sum_ / n) for d, n, sum_ in zip(first, count, stars, strict=True) if n}

    @cached_property
    def liked_minutes(self) -> float | None:
        """Mean length of the likes whose length is known; None for fewer than FEW."""
        minutes = self.catalog.runtime_min[self.liked_row]
        known = minutes[np.isfinite(minutes)]
        return float(known.mean(dtype=np.float64)) if len(known) >= FEW else None

    @cached_property
    def raters(self) -> list[int]:
        """(h,) raters of each rated movie, ascending."""
        raters: list[int] = np.sort(self.figures.raters[self.history.row]).tolist()
        return raters

    @cached_property
    def stars(self) -> dict[int, float]:
        """By catalogue row, what the user gave."""
        return dict(zip(self.history.row.tolist(), self.history.rating.tolist(), strict=True))

    def stars_of_director(self, name: str) -> list[float]:
        """What the user gave to the movies of a director."""
        return [self.stars[row] for row in self.figures.names.directed.get(name, []) if row in self.stars]

    @cached_property
    def _is_liked_name(self) -> bytes:
        """(t,) 1 where any like has the director, actor or keyword; bytes, as single ones are read."""
        names = self.figures.names
        found = np.zeros(len(names.name), bool)
        found[names.column[entries_of(names.start, self.liked_row)]] = True
        return found.tobytes()

    def likes_any_of(self, names: Sequence[int]) -> bool:
        """Whether any like has one of these columns of `Names`."""
        return any(map(self._is_liked_name.__getitem__, names))

    @cached_property
    def recent_likes(self) -> list[int]:
        """Positions in the history of the likes among the newest ratings, those that retrieval queries with."""
        positions: list[int] = np.flatnonzero(self.is_liked[: self.history.config.query.max_ratings]).tolist()
        return positions

    @cached_property
    def last_likes(self) -> "LastLikes | None":
        return LastLikes.of(self)


@dataclass(frozen=True, slots=True)
class LastLikes:
    """The newest likes, beside whose fans those of other movies are held.

    Attributes:
        count: of likes. rows: catalogue rows of those that have fans.
    """

    count: int
    rows: list[int]
    crowd: Crowd

    @classmethod
    def of(cls, you: You) -> "LastLikes | None":
        """Up to MOST_LIKES, and so few that their fans are at most MOST_FANS; None if these are fewer than FEW."""
        crowd = you.figures.crowd
        if crowd is None:
            return None
        rows, fans, left = [], crowd.fan_counts, MOST_FANS
        for row in you.liked_row[:MOST_LIKES].tolist():
            left -= fans[row]
            if left < 0:
                break
            rows.append(row)
        with_fans = [row for row in rows if fans[row]]
        return cls(len(rows), with_fans, crowd) if len(rows) >= FEW and with_fans else None

    def liking_more(self, row: int) -> int:
        """Of how many of the likes a larger share of the fans than of all people like this movie too."""
        crowd, bits, fans = self.crowd, self.crowd.fan_bits, self.crowd.fan_counts
        people, here, like_this = crowd.people, fans[row], bits[row]
        return sum((bits[other] & like_this).bit_count() * people > fans[other] * here for other in self.rows)


@dataclass(frozen=True, slots=True)
class GenreTaste:
    """A user's ratings by genre, and by pairs of genres; the diagonals are of single ones.

    Attributes:
        count: (G, G) rated movies that have both. stars: the sum of their stars. lean: by how much their mean is over
            the usual, shrunk towards it. liked: (G,) likes that have each.
    """

    count: list[list[int]]
    stars: list[list[float]]
    lean: list[list[float]]
    liked: list[int]

    @classmethod
    def of(cls, you: You) -> "GenreTaste":
        mine: Float32Array = you.catalog.genres[you.history.row].astype(np.float32)
        summed = np.concatenate([mine, mine * you.history.rating[:, None], you.is_liked[:, None]], axis=1)
        sums, n = (mine.T @ summed).astype(np.float64), mine.shape[1]  # whole and half numbers: exact in float32
        count, stars, liked = sums[:, :n], sums[:, n:-1], sums[:, -1]
        lean = (stars - count * you.history.mean) / (count + SHRINK)
        return cls(count.astype(int).tolist(), stars.tolist(), lean.tolist(), liked.astype(int).tolist())

    def mean(self, a: int, b: int) -> float:
        """Mean stars of the rated movies that have both genres, of which there is one at least."""
        return self.stars[a][b] / self.count[a][b]
