"""popular: how many people know a candidate, alone and beside the movie."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.similar.context import PairContext
from marquee.features.spec import specs

SPECS = specs(
    ReasonCode.POPULAR, "pair_count_log", "pair_positives_log", "pair_seed_positives_log", "pair_positives_ratio_log",
)  # fmt: skip


def values(context: PairContext) -> Float32Array:
    """(m, len(SPECS)) float32."""
    count, likes = (context.movies.column(name) for name in ("count_log", "positives_log"))
    rows, mine = context.rows, likes[context.near.seed]
    return np.stack([count[rows], likes[rows], np.full(len(rows), mine), likes[rows] - mine], axis=1)
