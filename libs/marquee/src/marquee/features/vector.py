"""The feature matrix: every family's columns side by side. Names, order and constraints follow from the families."""

from typing import Protocol

import numpy as np

from marquee.arrays import Float32Array
from marquee.features import era, liked_similar, profile, runtime, taste_content, taste_genre, taste_popularity
from marquee.features.context import RankContext
from marquee.features.movie_features import MOVIE_SPECS
from marquee.features.spec import Family, Specs, side_by_side, specs_of


class UserFamily(Family, Protocol):
    """A family whose columns describe a candidate against the user."""

    def values(self, context: RankContext) -> Float32Array:
        """(m, len(SPECS)) float32, one row per candidate; NaN where something is unknown."""


USER_FAMILIES: tuple[UserFamily, ...] = (
    liked_similar,
    taste_genre,
    taste_content,
    era,
    runtime,
    profile,
    taste_popularity,
)
"""In column order; a new user-dependent family is a module and a line here. The movie-level ones come after them."""
SPECS: Specs = (*specs_of(USER_FAMILIES), *MOVIE_SPECS)
NAMES = tuple(spec.name for spec in SPECS)


def features(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32, C order, NaN where something is unknown. No candidates in, no rows out.

    Raises:
        ValueError: a family gives another number of columns than it names.
    """
    against_user = side_by_side((family, family.values(context)) for family in USER_FAMILIES)
    return np.concatenate([against_user, context.movies.x[context.rows]], axis=1)
