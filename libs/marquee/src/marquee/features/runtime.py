"""runtime: a candidate's length, compared with those of the movies the user liked."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.era import mean_of
from marquee.features.spec import specs

SPECS = specs(ReasonCode.RUNTIME, "runtime_min", "runtime_minus_liked_mean")


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32 minutes; NaN where unknown."""
    runtime = context.state.catalog.runtime_min
    theirs = runtime[context.rows]
    mine = mean_of(runtime[context.history.row[context.history.is_liked]])
    return np.stack([theirs, theirs - mine], axis=1).astype(np.float32)
