"""co_rated: how strongly each item-to-item model relates a candidate to the movie, and as which of its neighbours."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.similar.context import PairContext
from marquee.features.spec import specs
from marquee.retrieval.candidates import reciprocal_rank
from marquee.retrieval.fitted import Link

UNLINKED_RANK = 500
"""Rank of a movie that is not one of a model's neighbours."""
_NAMES = tuple(link.name.lower() for link in Link)

SPECS = (
    *specs(ReasonCode.CO_RATED, *(f"pair_{name}" for name in _NAMES), rises=True),
    *specs(ReasonCode.CO_RATED, *(f"pair_{name}_of_best" for name in _NAMES), rises=True),
    *specs(ReasonCode.CO_RATED, *(f"pair_{name}_rank_log" for name in _NAMES)),
    *specs(ReasonCode.CO_RATED, "pair_rank_fusion", rises=True),
)


def values(context: PairContext) -> Float32Array:
    """(m, len(SPECS)) float32; a weight of 0 for a movie that is not a neighbour."""
    count, rows = len(Link), context.rows
    columns = np.empty((len(SPECS), len(rows)), np.float32)
    rank = np.empty((count, len(rows)), np.int64)
    for link, linked in zip(Link, context.near.linked, strict=True):
        columns[link], rank[link] = linked.of(rows)
        columns[count + link] = columns[link] / (linked.best or 1)
    columns[2 * count : 3 * count] = np.log1p(np.where(rank >= 0, rank, UNLINKED_RANK))
    columns[-1] = reciprocal_rank(rank).sum(axis=0)
    return columns.T
