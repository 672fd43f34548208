"""taste_content: directors, keywords and the like, against the movies the user rated."""

import numpy as np
from scipy import sparse

from marquee.features.context import RankContext
from marquee.features.spec import Family, specs
from marquee.ids import Float32Array
from marquee.retrieval.candidates import PER_SOURCE, Source
from marquee.retrieval.history import MAX_QUERY

SPECS = (
    *specs(Family.TASTE_CONTENT, "content_taste", "content_liked", "content_last", rises=True),
    *specs(Family.TASTE_CONTENT, "content_deviation", "content_nearest", "content_rank_log"),
)


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32; 0 for an empty history."""
    history = context.history.newest(MAX_QUERY)
    mine, theirs = context.snapshot.terms[history.row], context.snapshot.terms[context.rows]
    liked = history.is_liked.astype(np.float32)
    rank = context.candidates.rank[Source.CONTENT]
    weights = np.stack(
        [
            liked / max(float(liked.sum()), 1.0),
            np.where(np.arange(len(history)) < 10, liked, 0),
            np.nan_to_num(history.rating - np.float32(history.mean)) * history.fade,
        ],
        axis=1,
    ).astype(np.float32)
    near = theirs @ (mine.T @ weights)
    return np.column_stack(
        [
            context.retrieved.scores[Source.CONTENT, context.rows],
            near,
            _nearest(theirs, mine[:30], liked[:30]),
            np.log1p(np.where(rank >= 0, rank, 2 * PER_SOURCE)),
        ]
    ).astype(np.float32)


def _nearest(theirs: sparse.csr_array, mine: sparse.csr_array, liked: Float32Array) -> Float32Array:
    """(m,) similarity with the most similar of the newest liked movies."""
    kept = mine[np.flatnonzero(liked)]
    if not kept.shape[0]:
        return np.zeros(theirs.shape[0], np.float32)
    near: Float32Array = (theirs @ kept.T.toarray()).max(axis=1)
    return near
