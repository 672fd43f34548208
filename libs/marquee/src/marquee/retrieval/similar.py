"""Similar movies: collaborative and content neighbours of one movie, as parts that add up to the score."""

from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray
from marquee.retrieval.candidates import reached
from marquee.retrieval.config import SimilarConfig
from marquee.retrieval.fitted import FittedRetrieval, Link
from marquee.retrieval.neighbourhood import Linked, Neighbourhood
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
    return weighted_sum(Neighbourhood.of(retrieval, seed), movies, k=k, allowed=allowed, content=content)


def weighted_sum(
    near: Neighbourhood,
    movies: MovieState,
    *,
    k: int,
    allowed: BoolArray | None = None,
    content: float | None = None,
) -> SimilarMovies:
    """The same, of a neighbourhood that has been looked up."""
    config = weighted(near.retrieval.config.similar, content)
    fans = [near.linked[link] for link in (Link.ITEM_KNN, Link.EASE)]
    told = [config.content * _scaled(near.story), config.popular * _scaled(movies.prior)]
    linked = np.unique(np.concatenate([one.row for one in fans]))
    score = told[0] + told[1]  # of nearly all movies these are all parts
    score[linked] = _parts(linked, config, fans, told).sum(axis=1)
    is_open = movies.is_released.copy() if allowed is None else movies.is_released & allowed
    is_open[near.seed] = False
    rows = np.flatnonzero(is_open & (score >= reached(np.where(is_open, score, 0), k)))  # no score is below 0
    rows = rows[np.lexsort((-movies.prior[rows], -score[rows]))[:k]]
    return SimilarMovies(rows, score[rows], _parts(rows, config, fans, told))


def _parts(rows: RowArray, config: SimilarConfig, fans: list[Linked], told: list[FloatArray]) -> FloatArray:
    """(r, len(PARTS)) the parts of these rows' scores."""
    parts = np.zeros((len(rows), len(PARTS)))
    for column, (weight, linked) in enumerate(zip((config.item_knn, config.ease), fans, strict=True)):
        at = np.minimum(np.searchsorted(linked.row, rows), max(len(linked.row) - 1, 0))
        if len(linked.row):
            parts[:, column] = np.where(linked.row[at] == rows, weight * linked.share[at], 0)
    for column, every in enumerate(told, start=len(fans)):
        parts[:, column] = every[rows]
    return parts


def _scaled(scores: Float32Array | FloatArray) -> FloatArray:
    """Negative scores as 0, the best as 1."""
    positive = np.maximum(scores, 0).astype(np.float64)
    best = positive.max(initial=0)
    return positive / best if best > 0 else positive
