"""Movies near one: what follows of it from the bundle alone, kept while the model serves.

A refresh of the movies' state, a filter or another page changes none of it, and a few movies are asked for again and
again.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.movie_features import MovieFeatures
from marquee.features.similar.context import PairContext
from marquee.features.similar.vector import of_bundle, of_state
from marquee.retrieval.fitted import FittedRetrieval
from marquee.retrieval.neighbourhood import Neighbourhood
from marquee.state.movie_table import RowArray
from ranker.explain.facts.told import Told

KEPT_BYTES = 24_000_000
"""Of all movies that are kept."""
LEAST_KEPT = 8
"""Movies that are kept however large the catalogue is."""
FACTS_BYTES = 120_000
"""About what a movie's features and facts take (measured: 107 KB with a first page of 25)."""
MOST_ROWS, MOST_LADDERS = 1_000, 200
"""Of one movie: pairs whose features are kept, and ladders of facts."""

Ladders = dict[tuple[ReasonCode, int, bool], tuple[Told, ...]]
"""By reason code, catalogue row, and whether the part raises the score."""


@dataclass(slots=True)
class Near:
    """One movie beside others.

    Attributes:
        neighbourhood: what every source says of its neighbours.
    """

    neighbourhood: Neighbourhood
    _described: tuple[RowArray, Float32Array] | None = None  # rows, ascending, and their features of the bundle
    _told: tuple[str, Ladders] = field(default_factory=lambda: ("", {}))

    def features(self, movies: MovieFeatures, rows: RowArray) -> Float32Array:
        """`pair_features` of these rows, ascending; what does not depend on the movies' state is computed once."""
        near = self.neighbourhood
        known = self._described  # read once: another thread may replace it
        if known is None or not np.isin(rows, known[0]).all():
            every = rows if known is None else np.union1d(known[0], rows)
            every = rows if len(every) > MOST_ROWS else every
            known = self._described = every, of_bundle(PairContext(near.retrieval, movies, near, every))
        fixed = known[1][np.searchsorted(known[0], rows)]
        return np.concatenate([fixed, of_state(PairContext(near.retrieval, movies, near, rows))], axis=1)

    def ladders(self, title: str) -> Ladders:
        """The facts found so far, told with this title of the movie; who finds more adds them."""
        if self._told[0] != title or len(self._told[1]) >= MOST_LADDERS:
            self._told = (title, {})
        return self._told[1]


class NearMovies:
    """The movies of one bundle that were asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Near] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, retrieval: FittedRetrieval, seed: int) -> Near:
        """Catalogue row `seed` of the bundle."""
        with self._lock:
            near = self._kept.get(seed)
            if near is not None:
                self._kept.move_to_end(seed)
                return near
        near = Near(Neighbourhood.of(retrieval, seed))
        size = near.neighbourhood.story.nbytes + near.neighbourhood.made_of.nbytes + FACTS_BYTES
        with self._lock:
            self._kept[seed] = near
            while len(self._kept) > max(LEAST_KEPT, KEPT_BYTES // size):
                self._kept.popitem(last=False)
        return near
