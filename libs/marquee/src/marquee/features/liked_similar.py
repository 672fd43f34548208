"""liked_similar: the collaborative scores of a candidate, and their ranks."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.spec import specs
from marquee.retrieval.candidates import Source
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import Query

FUSION = 20.0
"""Constant of reciprocal-rank fusion."""
RANKED = (Source.EASE, Source.EASE_ALL, Source.ITEM_KNN, Source.RP3BETA, Source.TRANSITIONS)
OF_BEST = (Link.EASE, Link.RP3BETA)
_RISING = (Query.TASTE, Query.LIKED, Query.LAST)

SPECS = (
    *specs(ReasonCode.LIKED_SIMILAR, *(f"{x.name}_{q.name}".lower() for q in _RISING for x in Link), rises=True),
    *specs(ReasonCode.LIKED_SIMILAR, *(f"{source.name}_of_best".lower() for source in RANKED)),
    *specs(ReasonCode.LIKED_SIMILAR, *(f"{link.name}_liked_of_best".lower() for link in OF_BEST)),
    *specs(ReasonCode.LIKED_SIMILAR, *(f"{source.name}_rank_log".lower() for source in RANKED)),
    *specs(ReasonCode.LIKED_SIMILAR, "rank_fusion"),
)


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32."""
    rows, rank = context.rows, context.candidates.rank[list(RANKED)]
    signals = context.retrieved.signals[:, :, rows].reshape(len(Query) * len(Link), len(rows))
    ranked = context.retrieved.scores[list(RANKED)][:, rows]
    liked = context.retrieved.signals[Query.LIKED, list(OF_BEST)][:, rows]
    fusion = np.where(rank >= 0, 1 / (FUSION + rank), 0).sum(axis=0, keepdims=True)
    return np.concatenate(
        [
            signals,
            _of_best(ranked),
            _of_best(liked),
            np.log1p(np.where(rank >= 0, rank, 2 * context.retrieval.config.per_source)),
            fusion,
        ]
    ).T.astype(np.float32)


def _of_best(scores: Float32Array) -> Float32Array:
    """Each source's scores, (s, m), as a share of its best candidate's: comparable between long and short histories."""
    best = scores.max(axis=1, keepdims=True, initial=0)
    return (scores / np.where(best > 0, best, 1)).astype(np.float32)
