"""Similar movies: collaborative and content neighbours of one movie, as parts that add up to the score."""

from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray
from marquee.retrieval.config import SimilarConfig
from marquee.retrieval.fitted import FittedRetrieval, Link
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import RowArray

PARTS = ("item_knn", "ease", "content", "popular")


@dataclass(frozen=True, slots=True)
class SimilarMovies:
    """The movies most similar to one, best first.

    Attributes:
        row: (k,) intp. score: (k,) float64. parts: (k, len(PARTS)) float64, adding up to the score.
    """

    row: RowArray
    score: FloatArray
    parts: FloatArray


def weighted(config: SimilarConfig, content: float | None) -> SimilarConfig:
    """The same weights, shifted between the same fans and the same story.

    Args:
        content: the share of content in all weights but popularity's: 0 the same fans alone, 1 the same story alone.
            None keeps the weights.
    """
    fans = config.item_knn + config.ease
    if content is None or fans <= 0:
        return config
    whole = fans + config.content
    scale = (1 - content) * whole / fans
    shifted = {"item_knn": config.item_knn * scale, "ease": config.ease * scale, "content": content * whole}
    return config.model_copy(update=shifted)


def similar(
    retrieval: FittedRetrieval,
    movies: MovieState,
    seed: int,
    *,
    k: int,
    allowed: BoolArray | None = None,
    content: float | None = None,
) -> SimilarMovies:
    """The k movies most similar to catalogue row `seed`, which is left out; each source is scaled by its own best.

    Args:
        content: how much the story counts against the fans, see `weighted`.
        allowed: (n,) bool, a filter; a movie that is not released yet is never similar.
    Returns:
        Fewer than k where fewer are allowed. Ties by popularity.
    """
    n = retrieval.n_movies
    links = retrieval.links[[seed]].toarray().reshape(len(Link), n)
    story = retrieval.terms @ retrieval.terms[[seed]].toarray().ravel()
    story[seed] = 0
    sources = (links[Link.ITEM_KNN], links[Link.EASE], story, movies.prior)
    config = weighted(retrieval.config.similar, content)
    weights = [getattr(config, name) for name in PARTS]
    parts = np.stack([w * _scaled(source) for w, source in zip(weights, sources, strict=True)], axis=1)
    score: FloatArray = parts.sum(axis=1)
    is_open = movies.is_released.copy() if allowed is None else movies.is_released & allowed
    is_open[seed] = False
    rows = np.flatnonzero(is_open)
    if len(rows) > k > 0:
        rows = rows[score[rows] >= np.partition(score[rows], len(rows) - k)[len(rows) - k]]  # ties are all kept
    rows = rows[np.lexsort((-movies.prior[rows], -score[rows]))[:k]]
    return SimilarMovies(rows, score[rows], parts[rows])


def _scaled(scores: Float32Array | FloatArray) -> FloatArray:
    """Negative scores as 0, the best as 1."""
    positive = np.maximum(scores, 0).astype(np.float64)
    best = positive.max(initial=0)
    return positive / best if best > 0 else positive
