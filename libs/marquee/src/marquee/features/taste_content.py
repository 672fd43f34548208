"""taste_content: how much directors, keywords and the like resemble those of the movies the user rated."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.context import RankContext
from marquee.features.spec import specs
from marquee.retrieval.history import Query
from marquee.retrieval.sources import Source
from marquee.sparse import product, rows_of

SPECS = (
    *specs(ReasonCode.TASTE_CONTENT, *(f"content_{query.name}".lower() for query in Query), rises=True),
    *specs(ReasonCode.TASTE_CONTENT, "content_liked_share", "content_rank_log"),
)


def values(context: RankContext) -> Float32Array:
    """(m, len(SPECS)) float32.

    Sums of tf-idf similarities to the history as each query weighs it, and their mean over the liked movies, all 0 for
    an empty history; then the log of the content source's rank.
    """
    near = product(rows_of(context.retrieval.terms, context.rows), context.retrieved.profiles)
    rank = context.candidates.rank[Source.CONTENT]
    likes = max(int(context.history.is_liked.sum()), 1)
    return np.column_stack(
        [
            near,
            near[:, Query.LIKED] / likes,
            np.log1p(np.where(rank >= 0, rank, 2 * context.retrieval.config.per_source)),
        ]
    ).astype(np.float32)
