"""popular, relative to the user: how much better known a candidate is than the movies they rate."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.era import mean_of
from marquee.features.spec import specs

SPECS = specs(ReasonCode.POPULAR, "popularity_minus_mean", "popularity_minus_last_mean")


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32, differences of log counts; NaN for an empty history."""
    share = context.state.log_count
    theirs, mine = share[context.rows], share[context.history.row]
    return np.stack([theirs - mean_of(mine), theirs - mean_of(mine[:10])], axis=1).astype(np.float32)
