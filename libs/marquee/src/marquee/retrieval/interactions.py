"""Ratings as a sparse users x movies problem in catalogue rows: what every retrieval model is fitted on."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array, IntArray
from marquee.retrieval.config import DEFAULTS, RetrievalConfig
from marquee.sorting import lexsorted
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import POSITIVE, Ratings, latest_per_movie


@dataclass(frozen=True, slots=True)
class Interactions:
    """One row per user and movie, by user, oldest first.

    Attributes:
        user: (r,) intp, dense from 0. row: (r,) intp, catalogue rows. rating: (r,) float32. age: (r,) int64,
            position from the user's newest rating, 0 = newest. newer: (r,) float32, the share of all these ratings that
            are newer, below 1.
        n_users, n_movies: shape of the problem; n_movies is the catalogue's length.
    """

    user: RowArray
    row: RowArray
    rating: Float32Array
    age: IntArray
    newer: Float32Array
    n_users: int
    n_movies: int

    @classmethod
    def of(cls, ratings: Ratings, catalog: MovieTable, config: RetrievalConfig = DEFAULTS) -> Self:
        """The newest rating per user and movie, bounded as `config` says; movies outside the catalogue are dropped."""
        kept = _sampled_users(latest_per_movie(ratings), at_most=config.max_fit_ratings)
        row = catalog.rows(kept.movie_id)
        known = row >= 0
        kept, row = kept.take(known), row[known]
        order = lexsorted(kept.rated_at, kept.user_id)  # stable, so equal times stay in the order of the movies
        kept, row = kept.take(order), row[order]
        starts = np.flatnonzero(np.diff(kept.user_id, prepend=-1))
        n_users, ends = len(starts), np.append(starts[1:], len(row))
        user = np.repeat(np.arange(n_users), ends - starts)
        age = ends[user] - 1 - np.arange(len(user))
        recent = age < config.max_user_ratings
        newer = _share_newer(kept.rated_at[recent])
        return cls(user[recent], row[recent], kept.rating[recent], age[recent], newer, n_users, len(catalog))

    def matrix(self, values: Float32Array) -> sparse.csr_array:
        """(n_users, n_movies) float32 with the given value per rating; zeros are left out."""
        kept = values != 0
        shape = (self.n_users, self.n_movies)
        return sparse.csr_array((values[kept], (self.user[kept], self.row[kept])), shape=shape, dtype=np.float32)

    def positives(self, fading: float = 0.0) -> sparse.csr_array:
        """What each like counts; 1 without fading."""
        return self.matrix((self.rating >= POSITIVE) * self.faded(fading))

    def faded(self, fading: float) -> Float32Array:
        """(r,) what each rating counts, in (0, 1]: exp(-fading) for the oldest, some 1 for the newest."""
        counts: Float32Array = np.exp(np.float32(-fading) * self.newer)
        return counts


def graded(rating: Float32Array, config: RetrievalConfig) -> Float32Array:
    """How much each rating speaks for its movie, between 0 and 1: 4 stars and more 1, fewer what `config` says."""
    lower = np.where(rating >= 3, config.three_stars, config.fewer_stars)
    return np.where(rating >= 4, 1, lower).astype(np.float32)


def _share_newer(rated_at: IntArray) -> Float32Array:
    """Places in the order of time, not time itself: so a rate means the same for days and for decades of ratings."""
    n_until = np.searchsorted(np.sort(rated_at), rated_at, side="right")
    return (1 - n_until / max(len(rated_at), 1)).astype(np.float32)


def _sampled_users(ratings: Ratings, *, at_most: int) -> Ratings:
    """All ratings of a sample of users, chosen by a hash of the id so that it does not depend on the order."""
    if len(ratings) <= at_most:
        return ratings
    mixed = ratings.user_id.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    share = (mixed >> np.uint64(40)).astype(np.float64) / float(1 << 24)
    return ratings.take(share < at_most / len(ratings))
