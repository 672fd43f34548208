"""Retrieval order: reciprocal-rank fusion of the sources, for a bundle without a model."""

import numpy as np

from marquee.arrays import FloatArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.candidates import Candidates, reciprocal_rank
from marquee.retrieval.sources import Source
from marquee.state.movie_state import MovieState

TIE = 1e-6
"""How little popularity weighs where the sources leave two movies equal."""
CODES = (ReasonCode.LIKED_SIMILAR, ReasonCode.TASTE_CONTENT, ReasonCode.POPULAR, ReasonCode.TRENDING)
_CODE = {
    Source.CONTENT: ReasonCode.TASTE_CONTENT,
    Source.POPULAR: ReasonCode.POPULAR,
    Source.TRENDING: ReasonCode.TRENDING,
}
"""What a source's part is called; the others are collaborative."""


def fused(candidates: Candidates, movies: MovieState) -> FloatArray:
    """(m, len(CODES)) parts of each candidate's score, by what found it; fillers are ordered by popularity."""
    parts = np.zeros((len(candidates), len(CODES)))
    for source in Source:
        parts[:, CODES.index(_CODE.get(source, ReasonCode.LIKED_SIMILAR))] += reciprocal_rank(candidates.rank[source])
    parts[:, CODES.index(ReasonCode.POPULAR)] += movies.prior[candidates.row] * TIE
    return parts
