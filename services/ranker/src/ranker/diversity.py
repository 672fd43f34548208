"""Diversity on request: maximal marginal relevance over genres (Carbonell and Goldstein 1998)."""

import numpy as np

from marquee.arrays import BoolArray, FloatArray
from marquee.state.movie_table import RowArray

POOL_FACTOR = 4
"""The k movies are chosen from this many times k: more finds other genres further down the ranking."""


def diversified(score: FloatArray, genres: BoolArray, *, k: int, diversity: float) -> RowArray:
    """Positions of k movies, picked one by one by the highest (1 - d) * scaled score - d * similarity.

    Scores are scaled to [0, 1]. Similarity is the cosine of the genres with the most similar movie picked so far.

    Args:
        score: (m,) best first. genres: (m, G) of the same movies.
        diversity: d in [0, 1]; 0 keeps the order, 1 looks at genres alone.
    """
    if diversity <= 0 or not len(score):
        return np.arange(min(k, len(score)))
    spread = float(score[0] - score[-1]) or 1.0
    worth = (1 - diversity) * (score - score[-1]) / spread
    unit = genres / np.maximum(np.sqrt(genres.sum(axis=1, keepdims=True)), 1)
    closest = np.zeros(len(score))
    chosen: list[int] = []
    for _ in range(min(k, len(score))):
        at = int(np.argmax(worth - diversity * closest))
        chosen.append(at)
        closest = np.maximum(closest, unit @ unit[at])
        worth[at] = -np.inf
    return np.array(chosen, np.intp)
