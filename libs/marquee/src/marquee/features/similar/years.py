"""era: how far apart a candidate and the movie were released."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.similar.context import PairContext
from marquee.features.spec import specs

SPECS = specs(ReasonCode.ERA, "pair_years_later", "pair_years_apart")


def values(context: PairContext) -> Float32Array:
    """(m, len(SPECS)) float32; NaN where either year is unknown."""
    year = context.movies.state.catalog.year
    later = year[context.rows] - year[context.near.seed]
    return np.stack([later, np.abs(later)], axis=1)
