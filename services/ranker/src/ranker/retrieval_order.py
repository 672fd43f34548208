"""Retrieval order: reciprocal-rank fusion of the sources, where there is no model to score with."""

import numpy as np

from marquee.arrays import FloatArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.candidates import Candidates, Source
from marquee.state.movie_state import MovieState

FUSION = 20.0
TIE = 1e-6
FAMILIES = tuple(
    code.value for code in (ReasonCode.LIKED_SIMILAR, ReasonCode.TASTE_CONTENT, ReasonCode.POPULAR, ReasonCode.TRENDING)
)
_FAMILY = {Source.CONTENT: 1, Source.POPULAR: 2, Source.TRENDING: 3}


def fused(candidates: Candidates, movies: MovieState) -> FloatArray:
    """(m, len(FAMILIES)) parts of the sum over sources of 1 / (FUSION + rank); fillers keep popularity's order."""
    parts = np.zeros((len(candidates), len(FAMILIES)))
    for source in Source:
        rank = candidates.rank[source]
        parts[:, _FAMILY.get(source, 0)] += np.where(rank >= 0, 1 / (FUSION + rank), 0)
    parts[:, 2] += movies.prior[candidates.row] * TIE
    return parts
