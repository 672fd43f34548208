"""Ratings as columns, and the two rules for repeated ratings: the newest counts, and a withdrawal takes back."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, IntArray
from marquee.sorting import lexsorted

POSITIVE = np.float32(4.0)
"""A rating of this many stars or more counts as "liked it"."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """Equally long columns, any order.

    Attributes:
        user_id, movie_id: (n,) int64.
        rating: (n,) float32 stars, 0.5 to 5; in rows as they arrived also NaN, a withdrawal (see `not_withdrawn`).
        rated_at: (n,) int64, Unix milliseconds.
    """

    user_id: IntArray
    movie_id: IntArray
    rating: Float32Array
    rated_at: IntArray

    def __len__(self) -> int:
        return len(self.user_id)

    @classmethod
    def empty(cls) -> Self:
        ids = np.empty(0, np.int64)
        return cls(ids, ids, np.empty(0, np.float32), ids)

    @classmethod
    def concat(cls, *parts: "Ratings") -> Self:
        return cls(
            np.concatenate([p.user_id for p in parts]),
            np.concatenate([p.movie_id for p in parts]),
            np.concatenate([p.rating for p in parts]),
            np.concatenate([p.rated_at for p in parts]),
        )

    def take(self, selection: IntArray | BoolArray | slice) -> Self:
        """The chosen rows, in the order of the selection."""
        return type(self)(
            self.user_id[selection], self.movie_id[selection], self.rating[selection], self.rated_at[selection]
        )

    def in_time_order(self) -> Self:
        """Oldest first; equal times by user, then movie, so that the order is total."""
        return self.take(lexsorted(self.movie_id, self.user_id, self.rated_at))


def latest_per_movie(ratings: Ratings) -> Ratings:
    """One row per user and movie: the newest rating; if several are equally new, the last one.

    Returns:
        Rows sorted by user, then movie; the same object if they are so already. Empty in, empty out.
    """
    user, movie = ratings.user_id, ratings.movie_id
    if bool(((user[1:] > user[:-1]) | ((user[1:] == user[:-1]) & (movie[1:] > movie[:-1]))).all()):
        return ratings
    is_in_time_order = bool((ratings.rated_at[1:] >= ratings.rated_at[:-1]).all())
    keys = (movie, user) if is_in_time_order else (ratings.rated_at, movie, user)
    order = lexsorted(*keys)  # stable: of equally new rows the last one stays the last
    user, movie = user[order], movie[order]
    is_last = np.ones(len(order), bool)
    is_last[:-1] = (user[1:] != user[:-1]) | (movie[1:] != movie[:-1])
    return ratings.take(order[is_last])


def not_withdrawn(arrived: Ratings) -> Ratings:
    """The rows that no withdrawal took back, in their order; the withdrawals themselves are left out, too.

    Args:
        arrived: rows in order of arrival. A row without stars (NaN) takes back all earlier rows of its user and movie,
            whatever their times; it does not matter whether there are any.
    """
    is_withdrawal = np.isnan(arrived.rating)
    if not is_withdrawal.any():
        return arrived
    slot = _slots(arrived)
    is_concerned = np.zeros(1 << SLOT_BITS, bool)
    is_concerned[slot[is_withdrawal]] = True
    concerned = np.flatnonzero(is_concerned[slot])  # few of many, and all that are of a withdrawn user and movie
    order = concerned[np.lexsort((arrived.movie_id[concerned], arrived.user_id[concerned]))]  # stable: as they arrived
    user, movie = arrived.user_id[order], arrived.movie_id[order]
    ends = np.flatnonzero(np.r_[(user[1:] != user[:-1]) | (movie[1:] != movie[:-1]), True])
    so_far = np.cumsum(is_withdrawal[order])
    at_the_end = np.repeat(so_far[ends], np.diff(ends, prepend=-1))
    stands = np.ones(len(arrived), bool)
    stands[order] = (so_far == at_the_end) & ~is_withdrawal[order]
    return arrived.take(stands)


SLOT_BITS = 20
_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: spreads neighbouring ids


def _slots(ratings: Ratings) -> IntArray:
    """A number of SLOT_BITS bits for each row, the same for the same user and movie.

    Multiplicative hashing (Knuth, The Art of Computer Programming, section 6.4).
    """
    mixed = (ratings.user_id.view(np.uint64) * _ODD + ratings.movie_id.view(np.uint64)) * _ODD
    return (mixed >> np.uint64(64 - SLOT_BITS)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class UserState:
    """What one user rated: one row per movie, oldest first by (rated_at, movie_id).

    Attributes:
        movie_id: (h,) int64. rating: (h,) float32 stars. rated_at: (h,) int64, Unix milliseconds.
    """

    movie_id: IntArray
    rating: Float32Array
    rated_at: IntArray

    def __len__(self) -> int:
        return len(self.movie_id)

    @classmethod
    def of(cls, movie_id: IntArray, rating: Float32Array, rated_at: IntArray) -> Self:
        order = np.lexsort((movie_id, rated_at))
        return cls(movie_id[order], rating[order], rated_at[order])

    @classmethod
    def empty(cls) -> Self:
        ids = np.empty(0, np.int64)
        return cls(ids, np.empty(0, np.float32), ids)

    def without(self, movie_id: int) -> Self:
        """The same user if they had never rated this movie."""
        keep = self.movie_id != movie_id
        return type(self)(self.movie_id[keep], self.rating[keep], self.rated_at[keep])
