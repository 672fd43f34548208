"""Training lists of similar movies: the candidates of a liked movie, and which of them its fans liked next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray, Int32Array, IntArray
from marquee.features.movie_features import MovieFeatures
from marquee.features.similar.context import PairContext
from marquee.features.similar.vector import PAIR_NAMES, pair_features
from marquee.retrieval.fitted import FittedRetrieval
from marquee.retrieval.neighbourhood import Neighbourhood
from marquee.state.ratings import Ratings
from trainer.similar_measures import Follows

GRADES = 31
"""Labels run from 0 to this; LightGBM takes whole numbers."""


@dataclass(frozen=True, slots=True)
class SimilarLists:
    """One list per movie and window, one after the other.

    Attributes:
        features: (r, len(PAIR_NAMES)) float32. label: (r,) int32, 0 to GRADES, what finding the candidate is worth as a
            share of the best one of the list. size: (l,) int64 rows of each list. window: (l,) int64.
    """

    features: Float32Array
    label: Int32Array
    size: IntArray
    window: IntArray

    def __len__(self) -> int:
        return len(self.size)

    @classmethod
    def of(
        cls,
        follows: Follows,
        weight: FloatArray,
        retrieval: FittedRetrieval,
        movies: MovieFeatures,
        *,
        window: int,
    ) -> Self:
        """The seeds of which a candidate was liked next; without one there is no order to learn.

        Args:
            weight: (n_movies,) what finding each movie is worth; the likes of all fans add up.
            retrieval, movies: of the ratings before the follows.
        """
        features, label = [np.empty((0, len(PAIR_NAMES)), np.float32)], [np.empty(0, np.int32)]
        for seed, mine in by_seed(follows):
            near = Neighbourhood.of(retrieval, seed)
            row = candidates_of(near, movies)
            target = follows.target[mine]
            gain: FloatArray = np.bincount(target, weight[target], len(weight)).astype(np.float64)[row]
            if gain.any():
                features.append(pair_features(PairContext(retrieval, movies, near, row)))
                label.append(graded(gain))
        size = np.array([len(part) for part in label[1:]], np.int64)
        return cls(np.concatenate(features), np.concatenate(label), size, np.full(len(size), window, np.int64))

    @classmethod
    def concat(cls, parts: Sequence["SimilarLists"]) -> Self:
        """One after the other."""
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.label for part in parts]),
            np.concatenate([part.size for part in parts]),
            np.concatenate([part.window for part in parts]),
        )

    def take(self, chosen: BoolArray) -> Self:
        """The chosen lists, in the same order."""
        rows = np.repeat(chosen, self.size)
        return type(self)(self.features[rows], self.label[rows], self.size[chosen], self.window[chosen])


def candidates_of(near: Neighbourhood, movies: MovieFeatures) -> IntArray:
    """The candidates of a movie where no request filters them."""
    per_source = near.retrieval.config.similar.per_source
    return near.candidates(movies.state, movies.state.is_released, per_source=per_source)


def graded(gain: FloatArray) -> Int32Array:
    """Gains as labels from 0 to GRADES, proportional to the largest, rounded up."""
    label: Int32Array = np.minimum(np.ceil(GRADES * gain / gain.max()), GRADES).astype(np.int32)
    return label


def by_seed(follows: Follows) -> Iterator[tuple[int, IntArray]]:
    """Each seed, ascending, and which pairs are its."""
    if not len(follows):
        return
    order = np.argsort(follows.seed, kind="stable")
    seeds, start = np.unique(follows.seed[order], return_index=True)
    yield from zip(seeds.tolist(), np.split(order, start[1:]), strict=True)


def some_users(after: Ratings, *, at_most: int, rng: np.random.Generator) -> Ratings:
    """All ratings of so many users, drawn by chance, that they are at most `at_most`; of everybody if that is few."""
    if len(after) <= at_most:
        return after
    users, count = np.unique(after.user_id, return_counts=True)
    order = rng.permutation(len(users))
    return after.take(np.isin(after.user_id, users[order[np.cumsum(count[order]) <= at_most]]))


def some_seeds(follows: Follows, *, at_most: int, rng: np.random.Generator, by_likes: bool = False) -> Follows:
    """The pairs of `at_most` seeds, drawn by chance.

    Args:
        by_likes: a seed that twice as many likes follow is drawn twice as likely.
    """
    seeds, likes = np.unique(follows.seed, return_counts=True)
    if len(seeds) <= at_most:
        return follows
    chosen = rng.choice(seeds, at_most, replace=False, p=likes / likes.sum() if by_likes else None)
    return follows.take(np.isin(follows.seed, chosen))
