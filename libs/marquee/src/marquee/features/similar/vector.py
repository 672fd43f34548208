"""The feature matrix of similar movies: every family's columns side by side, for training and serving alike."""

from typing import Protocol

from marquee.arrays import Float32Array
from marquee.features.similar import fans, known, story, years
from marquee.features.similar.context import PairContext
from marquee.features.spec import Family, Specs, side_by_side, specs_of


class PairFamily(Family, Protocol):
    """A family whose columns describe a candidate beside the movie that it may be similar to."""

    def values(self, context: PairContext) -> Float32Array:
        """(m, len(SPECS)) float32, one row per candidate; NaN where something is unknown."""


PAIR_FAMILIES: tuple[PairFamily, ...] = (fans, story, years, known)
"""In column order; a new family is a module and a line here."""
PAIR_SPECS: Specs = specs_of(PAIR_FAMILIES)
PAIR_NAMES = tuple(spec.name for spec in PAIR_SPECS)


def pair_features(context: PairContext) -> Float32Array:
    """(m, len(PAIR_SPECS)) float32, NaN where something is unknown. No candidates in, no rows out.

    Raises:
        ValueError: a family gives another number of columns than it names.
    """
    return side_by_side((family, family.values(context)) for family in PAIR_FAMILIES)
