"""Feature rows as bytes: for each value the number of thresholds below it, which is all that a tree asks of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import Float32Array
from marquee.explanation.trees import Trees
from marquee.state.movie_table import RowArray

MISSING = np.uint8(255)
Codes = NDArray[np.uint8]
"""(m, n_features) uint8; MISSING stands for NaN."""


class TooManyThresholds(ValueError):
    """A feature is split at more values than a byte can tell apart."""


@dataclass(frozen=True)
class Bins:
    """The thresholds of a tree ensemble, by feature.

    Attributes:
        threshold: for each feature its distinct thresholds, ascending; a value <= threshold goes left.
    """

    threshold: tuple[Float32Array, ...]

    @classmethod
    def of(cls, trees: Trees, n_features: int) -> "Bins":
        """The ensemble's own thresholds.

        Raises:
            TooManyThresholds: a feature has more than 254; LightGBM makes no more than that by default.
        """
        is_split = np.isfinite(trees.threshold)  # the others fill the arrays up
        feature, threshold = trees.feature[is_split], trees.threshold[is_split]
        found = tuple(np.unique(threshold[feature == column]) for column in range(n_features))
        if (most := max(map(len, found), default=0)) >= MISSING:
            raise TooManyThresholds(f"{most} thresholds of one feature")
        return cls(found)

    def encode(self, x: Float32Array) -> Codes:
        """How many thresholds lie below each value of x, (m, n_features) float32.

        All features are compared with their first threshold, those that have more with their second, and so on: with a
        dozen thresholds each, that is faster than to search for every value.
        """
        order, of_place = self._by_count
        columns = x.T[order]
        codes = np.zeros(columns.shape, np.uint8)
        for thresholds in of_place:
            n = len(thresholds)
            codes[:n] += (columns[:n] > thresholds).view(np.uint8)
        codes[np.isnan(columns)] = MISSING
        found = np.empty((len(x), len(order)), np.uint8)
        found[:, order] = codes.T
        return found

    def decode(self, codes: Codes) -> Float32Array:
        """(m, n_features) float32 that reach the leaves that the encoded rows reached, in every tree."""
        at = np.arange(len(self.threshold))
        values: Float32Array = self._representative[at, codes]
        return values

    @cached_property
    def _by_count(self) -> tuple[RowArray, list[Float32Array]]:
        """The features, those with the most thresholds first; and for the first, second, … threshold of those that have
        one, in this order, (n, 1) what it is.
        """
        count = np.array([len(each) for each in self.threshold], np.intp)
        order = np.argsort(-count, kind="stable")
        having = [order[: np.count_nonzero(count > place)] for place in range(count.max(initial=0))]
        return order, [
            np.array([self.threshold[at][place] for at in features.tolist()], np.float32)[:, None]
            for place, features in enumerate(having)
        ]

    @cached_property
    def _representative(self) -> Float32Array:
        """(n_features, 256): the largest value of each code; the next float beyond the last threshold, and NaN."""
        table = np.full((len(self.threshold), 256), np.nan, np.float32)
        for column, threshold in enumerate(self.threshold):
            table[column, : len(threshold)] = threshold
            last = threshold[-1] if len(threshold) else np.float32(0)
            table[column, len(threshold)] = np.nextafter(last, np.float32(np.inf))
        return table
