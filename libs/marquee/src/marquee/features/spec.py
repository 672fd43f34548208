"""What a feature is: one named column of the matrix, explained under the reason code of its family."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode

Specs = tuple["FeatureSpec", ...]


@dataclass(frozen=True, slots=True)
class FeatureSpec:
    """One column of the feature matrix.

    Attributes:
        name: unique among all columns.
        family: the reason code that the column's part of a score is counted under.
        rises: a larger value may only raise the score (a monotone constraint of the ranker).
    """

    name: str
    family: ReasonCode
    rises: bool = False


class Family(Protocol):
    """A module of features: the columns that it answers for."""

    __name__: str
    SPECS: Specs


def specs(family: ReasonCode, *names: str, rises: bool = False) -> Specs:
    """Columns of one family, in the order given."""
    return tuple(FeatureSpec(name, family, rises) for name in names)


def specs_of(families: Iterable[Family]) -> Specs:
    """The columns of several families side by side."""
    return tuple(spec for family in families for spec in family.SPECS)


def side_by_side(parts: Iterable[tuple[Family, Float32Array]]) -> Float32Array:
    """Join each family's values, (m, len(family.SPECS)), in the order given.

    Raises:
        ValueError: a family gives another number of columns than it names: every later column would be misread.
    """
    columns = []
    for family, values in parts:
        if values.ndim != 2 or values.shape[1] != len(family.SPECS):
            raise ValueError(f"{family.__name__}: values of shape {values.shape} for {len(family.SPECS)} columns")
        columns.append(values)
    return np.concatenate(columns, axis=1)
