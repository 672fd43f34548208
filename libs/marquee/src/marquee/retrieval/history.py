"""A user's ratings in catalogue rows, newest first, and the weights with which they query the retrieval models."""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Self

import numpy as np

from marquee.arrays import Float32Array, IntArray
from marquee.retrieval.config import DEFAULTS, RetrievalConfig
from marquee.retrieval.interactions import graded
from marquee.state.movie_table import MovieTable, RowArray
from marquee.state.ratings import POSITIVE, UserState


class Query(IntEnum):
    """Ways to weigh a history; each is a column of `History.weights`."""

    TASTE = 0  # how much each rating speaks for its movie, fading with newer ratings
    LIKED = 1  # every liked movie the same, however long ago
    LAST = 2  # the last few ratings only


@dataclass(frozen=True, slots=True)
class History:
    """One row per rated movie of the catalogue, newest first.

    Attributes:
        row: (h,) intp. rating: (h,) float32. rated_at: (h,) int64 ms. fade: (h,) float32, 1 for the newest.
        mean: the user's mean rating, NaN without any. config: how the history queries.
    """

    row: RowArray
    rating: Float32Array
    rated_at: IntArray
    fade: Float32Array
    mean: float
    config: RetrievalConfig = DEFAULTS

    def __len__(self) -> int:
        return len(self.row)

    @classmethod
    def of(cls, user: UserState, catalog: MovieTable, config: RetrievalConfig = DEFAULTS) -> Self:
        """Movies outside the catalogue are left out."""
        row = catalog.rows(user.movie_id)[::-1]
        known = row >= 0
        row, rating = row[known], user.rating[::-1][known]
        fade = np.maximum(np.exp(-np.arange(len(row)) / config.query.fade), config.query.floor).astype(np.float32)
        mean = float(rating.mean(dtype=np.float64)) if len(row) else float("nan")
        return cls(row, rating, user.rated_at[::-1][known], fade, mean, config)

    @classmethod
    def empty(cls) -> Self:
        """The history of a user who rated no movie of the catalogue."""
        nothing = np.empty(0, np.float32)
        return cls(np.empty(0, np.intp), nothing, np.empty(0, np.int64), nothing, float("nan"))

    @property
    def is_liked(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(h,) rated 4 or more."""
        return self.rating >= POSITIVE

    def head(self, count: int) -> Self:
        """The newest ratings alone; the mean stays that of all."""
        part = slice(0, count)
        return replace(
            self, row=self.row[part], rating=self.rating[part], rated_at=self.rated_at[part], fade=self.fade[part]
        )

    @property
    def recent(self) -> Self:
        """The newest ratings, which query the item-to-item models; their number bounds the work of a request."""
        return self.head(self.config.query.max_ratings)

    def without(self, position: int) -> Self:
        """The same history if the rating at `position` had not been made: the older ones move up, and fade less."""
        keep = np.arange(len(self)) != position
        rating = self.rating[keep]
        return replace(
            self,
            row=self.row[keep],
            rating=rating,
            rated_at=self.rated_at[keep],
            fade=self.fade[: len(rating)],
            mean=float(rating.mean(dtype=np.float64)) if len(rating) else float("nan"),
        )

    def weights(self) -> Float32Array:
        """(h, len(Query)) float32."""
        return _weights(self.rating, self.fade, self.config)

    def weights_without_newest(self) -> Float32Array:
        """(h - 1, len(Query)) float32, what the older ratings weigh if the newest had not been made."""
        return _weights(self.rating[1:], self.fade[:-1], self.config)


def _weights(rating: Float32Array, fade: Float32Array, config: RetrievalConfig) -> Float32Array:
    position = np.arange(len(rating))
    likes, query = graded(rating, config), config.query
    weights = np.empty((len(rating), len(Query)), np.float32)
    weights[:, Query.TASTE] = likes * fade
    weights[:, Query.LIKED] = rating >= POSITIVE
    weights[:, Query.LAST] = np.where(position < query.last, likes * query.last_decay**position, 0)
    return weights
