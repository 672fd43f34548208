"""same_content: how much a candidate and the movie are made of the same things, altogether and by kind."""

import numpy as np

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features.similar.context import PairContext
from marquee.features.spec import specs
from marquee.retrieval.neighbourhood import KINDS

SPECS = specs(
    ReasonCode.SAME_CONTENT, "pair_content", "pair_content_of_best", *(f"pair_{kind}" for kind in KINDS),
    "pair_genres_shared", "pair_genres_jaccard", rises=True,
)  # fmt: skip


def values(context: PairContext) -> Float32Array:
    """(m, len(SPECS)) float32: the cosine of the tf-idf, which is the sum of its parts by kind; then the genres."""
    near, rows, count = context.near, context.rows, len(KINDS)
    columns = np.empty((len(rows), len(SPECS)), np.float32)
    columns[:, 0] = near.story[rows]
    columns[:, 1] = columns[:, 0] / (near.best_story or 1)
    columns[:, 2 : 2 + count] = near.story_by_kind(rows)
    genres = context.movies.state.genres
    mine, theirs = genres[near.seed], genres[rows]
    shared = theirs @ mine
    either = theirs.sum(axis=1) + mine.sum() - shared
    columns[:, -2] = shared
    columns[:, -1] = shared / np.maximum(either, 1)
    return columns
