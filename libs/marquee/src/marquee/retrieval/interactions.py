"""Ratings as a sparse users x movies problem in catalogue rows: what every retrieval model is fitted on."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array, IntArray
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import POSITIVE, Ratings, latest_per_movie

MAX_FIT_RATINGS = 4_000_000
"""Beyond this many ratings a fit uses a sample of the users: item-to-item counts are then known well enough."""
MAX_USER_RATINGS = 1_000
"""Of one user the newest ratings count: a history of d movies costs d squared pairs."""


@dataclass(frozen=True, slots=True)
class Interactions:
    """One row a user and movie, by user, oldest first.

    Attributes:
        user: (r,) intp, dense from 0. row: (r,) intp, catalogue rows. rating: (r,) float32. age: (r,) int64,
            position from the user's newest rating, 0 = newest.
        n_users, n_movies: shape of the problem; n_movies is the catalogue's length.
    """

    user: RowArray
    row: RowArray
    rating: Float32Array
    age: IntArray
    n_users: int
    n_movies: int

    @classmethod
    def of(cls, ratings: Ratings, catalog: MovieTable) -> Self:
        """Newest rating a user and movie; movies outside the catalogue dropped; bounded as the constants above say."""
        kept = _bounded_users(latest_per_movie(ratings))
        row = catalog.rows(kept.movie_id)
        known = row >= 0
        kept, row = kept.take(known), row[known]
        order = np.lexsort((kept.movie_id, kept.rated_at, kept.user_id))
        kept, row = kept.take(order), row[order]
        ids, user = np.unique(kept.user_id, return_inverse=True)
        ends = np.searchsorted(user, np.arange(len(ids)), side="right")
        age = ends[user] - 1 - np.arange(len(user))
        recent = age < MAX_USER_RATINGS
        return cls(user[recent], row[recent], kept.rating[recent], age[recent], len(ids), len(catalog))

    def matrix(self, values: Float32Array) -> sparse.csr_array:
        """(n_users, n_movies) float32 with the given value a rating; zeros are left out."""
        kept = values != 0
        shape = (self.n_users, self.n_movies)
        return sparse.csr_array((values[kept], (self.user[kept], self.row[kept])), shape=shape, dtype=np.float32)

    def positives(self) -> sparse.csr_array:
        """1 where the user liked the movie."""
        return self.matrix((self.rating >= POSITIVE).astype(np.float32))


def graded(rating: Float32Array) -> Float32Array:
    """How much a rating speaks for its movie: 4 stars and more 1, 3 and more .6, below .2."""
    return np.where(rating >= 4, 1, np.where(rating >= 3, 0.6, 0.2)).astype(np.float32)


def _bounded_users(ratings: Ratings) -> Ratings:
    """All ratings of a sample of users, chosen by a hash of the id so that it does not depend on the order."""
    if len(ratings) <= MAX_FIT_RATINGS:
        return ratings
    mixed = ratings.user_id.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    share = (mixed >> np.uint64(40)).astype(np.float64) / float(1 << 24)
    return ratings.take(share < MAX_FIT_RATINGS / len(ratings))
