"""How good movies similar to one are: what the people who liked it liked next, each like weighed against popularity.

The recommendations most people would have found anyway count little (Schnabel et al. 2016, "Recommendations as
Treatments"): a like has the weight 1 / (likes of the movie before the cut + SMOOTHING). No model is known here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import POSITIVE, Ratings, latest_per_movie

NEXT = 10
"""Likes after a liked movie that are to be found."""
K = 10
"""First places of a list that are looked at."""
SMOOTHING = 10.0
"""Likes that every movie starts with. Larger: popular and rare movies count more alike."""
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Follows:
    """Pairs of a liked movie and one of the user's next likes.

    Attributes:
        user_id: (p,) int64. at: (p,) int64 Unix milliseconds of the later like. seed, target: (p,) catalogue rows.
        case: (p,) int64, from 0, ascending: the same for all pairs of one user's one like.
    """

    user_id: IntArray
    at: IntArray
    seed: RowArray
    target: RowArray
    case: IntArray

    @classmethod
    def of(cls, after: Ratings, catalog: MovieTable, *, following: int = NEXT) -> Self:
        """All pairs of likes of a user that are at most `following` likes apart, in the order of time.

        Of equal times a hash of user and movie decides: their order by movie id would tell of release years.
        """
        likes = latest_per_movie(after)
        likes = likes.take((likes.rating >= POSITIVE) & (catalog.rows(likes.movie_id) >= 0))
        mixed = (likes.user_id.view(np.uint64) * _ODD + likes.movie_id.view(np.uint64)) * _ODD
        likes = likes.take(np.lexsort((mixed, likes.rated_at, likes.user_id)))
        row, n = catalog.rows(likes.movie_id), len(likes)
        first, second = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for gap in range(1, min(following, n - 1) + 1):
            at = np.flatnonzero(likes.user_id[gap:] == likes.user_id[:-gap])
            first.append(at)
            second.append(at + gap)
        early, late = np.concatenate(first), np.concatenate(second)
        order = np.lexsort((late, early))
        early, late = early[order], late[order]
        case = np.cumsum(np.diff(early, prepend=early[:1]) != 0)
        return cls(likes.user_id[early], likes.rated_at[late], row[early], row[late], case)

    def __len__(self) -> int:
        return len(self.user_id)

    def take(self, chosen: BoolArray) -> Self:
        """The chosen pairs; cases without one left are numbered no more."""
        _, case = np.unique(self.case[chosen], return_inverse=True)
        return type(self)(
            self.user_id[chosen], self.at[chosen], self.seed[chosen], self.target[chosen], case.astype(np.int64)
        )


def weights(before: Ratings, catalog: MovieTable, *, smoothing: float = SMOOTHING) -> FloatArray:
    """(n_movies,) float64, what finding each movie is worth."""
    kept = latest_per_movie(before)
    row = catalog.rows(kept.movie_id[kept.rating >= POSITIVE])
    return 1 / (np.bincount(row[row >= 0], minlength=len(catalog)) + smoothing)


def weighted_recall(
    follows: Follows, weight: FloatArray, similar_to: Callable[[int], RowArray], *, k: int = K
) -> tuple[IntArray, FloatArray]:
    """Inverse-popularity recall@k of each user.

    Of one like it is the share of the next likes' weights that the first k hold, and of a user the mean of their likes.

    Args:
        similar_to: the rows most similar to one, best first; asked once per seed.
    Returns:
        (u,) user ids, ascending, and (u,) float64 from 0 to 1. Without pairs, nobody.
    """
    if not len(follows):
        return np.empty(0, np.int64), np.empty(0)
    order = np.argsort(follows.seed, kind="stable")
    seeds, start = np.unique(follows.seed[order], return_index=True)
    is_found = np.zeros(len(follows), bool)
    for seed, mine in zip(seeds.tolist(), np.split(order, start[1:]), strict=True):
        is_found[mine] = np.isin(follows.target[mine], similar_to(seed)[:k])
    worth = weight[follows.target]
    share = np.bincount(follows.case, worth * is_found) / np.bincount(follows.case, worth)
    of_case = np.empty(len(share), np.int64)
    of_case[follows.case] = follows.user_id
    users, user = np.unique(of_case, return_inverse=True)
    return users, np.bincount(user, share) / np.bincount(user)
