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
    signals, rank = context.retrieved.signals_of(context.rows), context.candidates.rank[list(RANKED)]
    best = bests(link_scores(signals), signals, ~context.candidates.is_filler)
    return of_signals(signals, rank, best, per_source=context.retrieval.config.per_source)


def of_signals(signals: Float32Array, rank: IntArray, best: Float32Array, *, per_source: int) -> Float32Array:
    """The family's values from the candidates' collaborative signals alone.

    Args:
        signals: (len(Query), len(Link), m), every query on every model.
        rank: (len(RANKED), m) from 0, -1 where a source did not choose the candidate.
        best: (len(RANKED) + len(OF_BEST), 1 or m), what their scores are shares of, see `bests`.
        per_source: how many a source chooses; a candidate it did not choose counts as of twice that rank.
    Returns:
        (m, len(SPECS)) float32.
    """
    count = len(RANKED)
    columns = np.empty((len(SPECS), signals.shape[-1]), np.float32)
    raw = len(Query) * len(Link)
    columns[:raw] = signals.reshape(raw, -1)
    shares = columns[raw : raw + len(best)]
    shares[:count] = link_scores(signals)
    shares[count:] = signals[Query.LIKED, list(OF_BEST)]
    shares /= best
    logs = columns[raw + len(best) : -1]
    logs[:] = np.log1p(np.where(rank >= 0, rank, 2 * per_source))
    columns[-1] = reciprocal_rank(rank).sum(axis=0)
    return columns.T


def bests(scores: Float32Array, signals: Float32Array, is_found: BoolArray) -> Float32Array:
    """Each source's best score, that candidates are compared with between histories; 1 where none is above 0.

    Args:
        scores: (..., len(RANKED), m), `link_scores` of the signals. signals: (..., len(Query), len(Link), m).
        is_found: (m,) which candidates any source chose; the best of these alone counts, so that a movie's features
            do not depend on what else fills up the list.
    Returns:
        (..., len(RANKED) + len(OF_BEST), 1) float32.
    """
    compared = np.concatenate([scores, signals[..., Query.LIKED, list(OF_BEST), :]], axis=-2)
    if not is_found.all():
        compared = compared[..., is_found]
    best: Float32Array = compared.max(axis=-1, keepdims=True, initial=0)
    best[best <= 0] = 1
    return best
