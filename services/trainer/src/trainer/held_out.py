"""The newest window as a ranker is judged on it, and what is noted of the training lists while they pass."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from marquee.arrays import Float32Array
from marquee.features.movie_features import MovieFeatures
from marquee.retrieval.fitted import FittedRetrieval
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray
from trainer.baselines import best_rows
from trainer.examples import Example
from trainer.lists import DescribedExample
from trainer.measures import DEPTH

PROBES = 20
"""Training lists whose features are computed again as serving does."""


@dataclass(frozen=True, slots=True)
class HeldOutExample:
    """One example that a ranker is judged on.

    Attributes:
        row: (m,) catalogue rows of the candidates. features: (m, n_features) float32, of the candidates.
        baselines: by name the first DEPTH catalogue rows of what the ranker is compared with.
    """

    example: Example
    row: RowArray
    features: Float32Array
    baselines: Mapping[str, RowArray]


def held_out_examples(described: Iterable[DescribedExample], movies: MovieState) -> list[HeldOutExample]:
    """What is needed of the examples in which anything was liked; each is read once, and let go."""
    kept = []
    for one in described:
        if len(one.example.liked):
            best = best_rows(one.known, movies, k=DEPTH)
            kept.append(HeldOutExample(one.example, one.known.candidates.row, one.features, best))
    return kept


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The newest window, unknown to the trial ranker that is judged on it.

    Attributes:
        examples: its lists, each with a later like. probes: whose the window's first training lists are.
        retrieval, movies: as of its cut.
        learned_until_ms: the newest rating that the trial ranker has learned from.
        asked_from_ms: the oldest rating that is to be found.
    """

    examples: Sequence[HeldOutExample]
    probes: Sequence[Example]
    retrieval: FittedRetrieval
    movies: MovieFeatures
    learned_until_ms: int
    asked_from_ms: int

    @property
    def known_until_ms(self) -> int:
        """The newest rating behind the lists and behind the trial ranker."""
        return max(self.retrieval.as_of_ms, self.learned_until_ms)


@dataclass(slots=True)
class Noted:
    """What the gate has to know of the training lists, noted while they pass: they are not kept.

    Attributes:
        learned_until_ms: the newest like, in Unix milliseconds, that the trial ranker learns from; 0 without one.
        probes: whose the newest window's first lists are.
    """

    learned_until_ms: int = 0
    probes: list[Example] = field(default_factory=list)

    def earlier(self, described: Iterable[DescribedExample]) -> Iterator[DescribedExample]:
        """Lists of a window before the newest one, handed on."""
        for one in described:
            movie_id = one.known.context.movies.state.catalog.movie_id[one.known.candidates.row]
            is_known = np.isin(one.example.liked, movie_id[one.trial_label > 0])
            self.learned_until_ms = max(self.learned_until_ms, int(one.example.liked_at[is_known].max(initial=0)))
            yield one

    def newest(self, described: Iterable[DescribedExample]) -> Iterator[DescribedExample]:
        """Lists of the newest window, handed on."""
        for one in described:
            if one.label.any() and len(self.probes) < PROBES:
                self.probes.append(one.example)
            yield one
