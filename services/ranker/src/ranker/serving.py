"""What one request ranks with: a model, the movies' state and how many people rated each; swapped whole."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import FloatArray
from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from ranker.scoring import RankerModel


@dataclass(frozen=True, slots=True)
class CrowdCounts:
    """What everybody's ratings say of each movie of a catalogue.

    Attributes:
        count: (n,) float64, how many people rated it. mean: (n,) float64 stars, NaN where nobody did.
    """

    count: FloatArray
    mean: FloatArray

    @classmethod
    def of(cls, stats: ItemStats, catalog: MovieTable) -> Self:
        """Movies outside the catalogue are left out."""
        row = catalog.rows(stats.movie_id)
        known = row >= 0
        count = np.bincount(row[known], weights=stats.n[known], minlength=len(catalog)).astype(np.float64)
        half_stars = np.bincount(row[known], weights=stats.half_stars[known], minlength=len(catalog))
        with np.errstate(invalid="ignore"):
            return cls(count, half_stars / 2 / count)


@dataclass(frozen=True, slots=True)
class Serving:
    """A model and the state it ranks in. A request uses one `Serving` from beginning to end."""

    model: RankerModel
    movies: MovieFeatures
    crowd: CrowdCounts

    @classmethod
    def of(cls, model: RankerModel, stats: ItemStats) -> Self:
        """Compute the movies' state at the data's own logical time."""
        catalog = model.bundle.catalog
        return cls(model, MovieFeatures.of(stats, catalog), CrowdCounts.of(stats, catalog))

    @property
    def catalog(self) -> MovieTable:
        return self.model.bundle.catalog
