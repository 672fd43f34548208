"""Training lists: the candidates retrieval would have given, their features, and which of them were liked."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, Float32Array, Int32Array, IntArray
from marquee.features.describe import Described, described
from marquee.features.movie_features import MovieFeatures
from marquee.features.vector import NAMES
from marquee.retrieval.fitted import FittedRetrieval
from trainer.examples import Example, Kind


@dataclass(frozen=True, slots=True)
class DescribedExample:
    """One example as the ranker would see it.

    To be read and let go: what retrieval scored takes a few MB in a catalogue of 87,000 movies.

    Attributes:
        known: the user's candidates and their features, m rows.
        label: (m,) int32, 1 = liked afterwards; every other candidate is a negative.
        trial_label: (m,) int32, 1 = liked before the newest window, which the trial ranker must not know.
    """

    example: Example
    known: Described
    label: Int32Array
    trial_label: Int32Array

    @property
    def features(self) -> Float32Array:
        """(m, len(NAMES)) float32."""
        return self.known.x


@dataclass(frozen=True, slots=True)
class TrainingLists:
    """Lists one after the other, their rows side by side.

    Attributes:
        features: (r, len(NAMES)) float32. label: (r,) int32, 1 = liked.
        trial_label: (r,) int32, 1 = liked before the newest window.
        size: (l,) int64 rows of each list, in row order. window: (l,) int64. is_newcomer: (l,) bool.
    """

    features: Float32Array
    label: Int32Array
    trial_label: Int32Array
    size: IntArray
    window: IntArray
    is_newcomer: BoolArray

    def __len__(self) -> int:
        return len(self.size)

    @classmethod
    def of(cls, examples: Iterable[DescribedExample], *, window: int) -> Self:
        """The examples in which retrieval found a liked movie; without one, there is no order to learn.

        Each is read once, and only its rows are kept.
        """
        features, is_newcomer = [np.empty((0, len(NAMES)), np.float32)], []
        label, trial_label = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        for one in examples:
            if one.label.any():
                features.append(one.features)
                label.append(one.label)
                trial_label.append(one.trial_label)
                is_newcomer.append(one.example.kind is Kind.NEWCOMER)
        return cls(
            np.concatenate(features),
            np.concatenate(label),
            np.concatenate(trial_label),
            np.array([len(part) for part in label[1:]], np.int64),
            np.full(len(is_newcomer), window, np.int64),
            np.array(is_newcomer, bool),
        )

    @classmethod
    def concat(cls, parts: Sequence["TrainingLists"]) -> Self:
        """One after the other."""
        return cls(
            np.concatenate([part.features for part in parts]),
            np.concatenate([part.label for part in parts]),
            np.concatenate([part.trial_label for part in parts]),
            np.concatenate([part.size for part in parts]),
            np.concatenate([part.window for part in parts]),
            np.concatenate([part.is_newcomer for part in parts]),
        )

    def take(self, chosen: BoolArray) -> Self:
        """The chosen lists, in the same order."""
        rows = np.repeat(chosen, self.size)
        return type(self)(
            self.features[rows],
            self.label[rows],
            self.trial_label[rows],
            self.size[chosen],
            self.window[chosen],
            self.is_newcomer[chosen],
        )

    def spread(self, at_most: int) -> Self:
        """At most so many lists, at even distances: of every window and kind about its share."""
        if len(self) <= at_most:
            return self
        chosen = np.zeros(len(self), bool)
        chosen[np.arange(at_most) * len(self) // at_most] = True
        return self.take(chosen)

    def matrices(self) -> Iterator[Float32Array]:
        """(m, len(NAMES)) float32 of each list, one after the other."""
        yield from np.split(self.features, np.cumsum(self.size)[:-1]) if len(self) else ()

    def for_trial(self) -> Self:
        """The lists in which anything was liked before the newest window, labelled with that alone."""
        return replace(self, label=self.trial_label).take(self.is_for_trial)

    @property
    def is_for_trial(self) -> BoolArray:
        """(l,) whether anything was liked before the newest window."""
        liked = np.bincount(np.repeat(np.arange(len(self)), self.size), self.trial_label, len(self))
        is_any: BoolArray = liked > 0
        return is_any


def described_examples(
    examples: Sequence[Example], retrieval: FittedRetrieval, movies: MovieFeatures, *, newest_ms: int
) -> Iterator[DescribedExample]:
    """Retrieve and describe the candidates of each example; a history without a known movie is skipped.

    Args:
        newest_ms: when the newest window begins, in Unix milliseconds.
    """
    for example in examples:
        known = described(retrieval, movies, example.history)
        if known is not None:
            movie_id = movies.state.catalog.movie_id[known.candidates.row]
            liked, by_then = (np.isin(movie_id, ids) for ids in (example.liked, example.liked_before(newest_ms)))
            yield DescribedExample(example, known, liked.astype(np.int32), by_then.astype(np.int32))
