"""liked_similar: the collaborative scores of a candidate, and their ranks."""

import numpy as np

from marquee.arrays import BoolArray, Float32Array, IntArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.spec import specs
from marquee.retrieval.candidates import reciprocal_rank
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import Query
from marquee.retrieval.sources import LINK_QUERY, link_scores

RANKED = tuple(LINK_QUERY)
"""The sources whose ranks are features: those that query an item-to-item model."""
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
    signals, rank = context.retrieved.signals[:, :, context.rows], context.candidates.rank[list(RANKED)]
    is_found = ~context.candidates.is_filler
    return of_signals(signals, rank, is_found, per_source=context.retrieval.config.per_source)


def of_signals(signals: Float32Array, rank: IntArray, is_found: BoolArray, *, per_source: int) -> Float32Array:
    """The family's values from the candidates' collaborative signals alone.

    Args:
        signals: (..., len(Query), len(Link), m), every query on every model; several sets of them give as many results.
        rank: (..., len(RANKED), m) from 0, -1 where a source did not choose the candidate.
        is_found: (m,) which candidates any source chose; with the best of these all are compared, so that a
            movie's features do not depend on what else fills up the list.
        per_source: how many a source chooses; a candidate it did not choose counts as of twice that rank.
    Returns:
        (..., m, len(SPECS)) float32.
    """
    columns = np.concatenate(
        [
            signals.reshape(*signals.shape[:-3], len(Query) * len(Link), signals.shape[-1]),
            _of_best(link_scores(signals), is_found),
            _of_best(signals[..., Query.LIKED, list(OF_BEST), :], is_found),
            np.log1p(np.where(rank >= 0, rank, 2 * per_source)),
            reciprocal_rank(rank).sum(axis=-2, keepdims=True),
        ],
        axis=-2,
    )
    return np.swapaxes(columns, -1, -2).astype(np.float32)


def _of_best(scores: Float32Array, is_found: BoolArray) -> Float32Array:
    """Each source's scores, (..., s, m), as a share of its best found one: comparable between histories."""
    found = scores if is_found.all() else scores[..., is_found]  # a copy costs as much as the rest: seldom needed
    best = found.max(axis=-1, keepdims=True, initial=0)
    return (scores / np.where(best > 0, best, 1)).astype(np.float32)
