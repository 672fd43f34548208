"""The feature matrix of similar movies: every family's columns side by side, for training and serving alike."""

from typing import Protocol

import numpy as np

from marquee.arrays import Float32Array
from marquee.features.similar import fans, known, story, years
from marquee.features.similar.context import PairContext
from marquee.features.spec import Family, Specs, side_by_side, specs_of


class PairFamily(Family, Protocol):
    """A family whose columns describe a candidate beside the movie that it may be similar to."""

    def values(self, context: PairContext) -> Float32Array:
        """(m, len(SPECS)) float32, one row per candidate; NaN where something is unknown."""


BUNDLE_FAMILIES: tuple[PairFamily, ...] = (fans, story, years)
"""What they say of a pair follows from the bundle alone."""
STATE_FAMILIES: tuple[PairFamily, ...] = (known,)
"""What they say changes with the movies' state."""
PAIR_FAMILIES = (*BUNDLE_FAMILIES, *STATE_FAMILIES)
"""In column order; a new family is a module and a line in one of the two."""
PAIR_SPECS: Specs = specs_of(PAIR_FAMILIES)
PAIR_NAMES = tuple(spec.name for spec in PAIR_SPECS)


def pair_features(context: PairContext) -> Float32Array:
    """(m, len(PAIR_SPECS)) float32, NaN where something is unknown. No candidates in, no rows out.

    Raises:
        ValueError: a family gives another number of columns than it names.
    """
    return np.concatenate([of_bundle(context), of_state(context)], axis=1)


def of_bundle(context: PairContext) -> Float32Array:
    """The first columns, (m, those of BUNDLE_FAMILIES): the same for a row whatever else is asked, and whenever."""
    return side_by_side((family, family.values(context)) for family in BUNDLE_FAMILIES)


def of_state(context: PairContext) -> Float32Array:
    """The other columns."""
    return side_by_side((family, family.values(context)) for family in STATE_FAMILIES)
