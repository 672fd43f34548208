"""The feature columns that do not depend on the user, computed once per state and read by every request."""

from dataclasses import dataclass
from typing import Protocol, Self

from marquee.arrays import Float32Array
from marquee.features import popular, trending, well_rated
from marquee.features.spec import Family, side_by_side, specs_of
from marquee.state.item_stats import ItemStats
from marquee.state.movie_buckets import MovieBuckets
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import MovieTable


class MovieFamily(Family, Protocol):
    """A family whose columns describe the movie alone."""

    def columns(self, buckets: MovieBuckets) -> Float32Array:
        """(n_movies, len(SPECS)) float32, one row per movie of the catalogue."""


MOVIE_FAMILIES: tuple[MovieFamily, ...] = (popular, trending, well_rated)
"""In column order; a new movie-level family is a module and a line here."""
MOVIE_SPECS = specs_of(MOVIE_FAMILIES)
_AT = {spec.name: at for at, spec in enumerate(MOVIE_SPECS)}


@dataclass(frozen=True, slots=True)
class MovieFeatures:
    """The movies' state with its feature columns.

    Attributes:
        state: what retrieval and the user-dependent families read.
        x: (n_movies, len(MOVIE_SPECS)) float32, aligned with the catalogue's rows.
    """

    state: MovieState
    x: Float32Array

    @classmethod
    def of(cls, stats: ItemStats, catalog: MovieTable) -> Self:
        """State and columns at the counts' own logical time; movies outside the catalogue count for the clock only.

        The weekly buckets that both are computed from are not kept: on large data they outweigh all that is.
        """
        buckets = MovieBuckets.of(stats, catalog)
        return cls(MovieState.of(buckets), side_by_side((each, each.columns(buckets)) for each in MOVIE_FAMILIES))

    def column(self, name: str) -> Float32Array:
        """(n_movies,) one column by its name.

        Raises:
            KeyError: no movie-level family has it.
        """
        return self.x[:, _AT[name]]
