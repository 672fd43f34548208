"""What one request ranks with: a model and the movies' state; swapped whole."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from ranker.scoring import RankerModel

_next_generation: Callable[[], int] = count(1).__next__


@dataclass(frozen=True, slots=True)
class Serving:
    """A model and the state it ranks in. A request uses one `Serving` from beginning to end.

    Attributes:
        generation: no two of a process have the same.
    """

    model: RankerModel
    movies: MovieFeatures
    generation: int = field(init=False, compare=False, default_factory=_next_generation)

    @classmethod
    def of(cls, model: RankerModel, stats: ItemStats) -> Self:
        """Compute the movies' state at the data's own logical time."""
        return cls(model, MovieFeatures.of(stats, model.bundle.catalog))

    @property
    def catalog(self) -> MovieTable:
        return self.model.bundle.catalog
