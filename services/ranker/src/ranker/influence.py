"""Which of the user's own ratings carried a movie up: the linear shares of the collaborative scores, by rated movie."""

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import Float32Array, FloatArray
from marquee.retrieval.fitted import FittedRetrieval, Link
from marquee.retrieval.history import History, Query
from marquee.state.movie_table import RowArray
from marquee.state.ratings import POSITIVE

ASKED = (
    (Link.EASE, Query.TASTE),
    (Link.ITEM_KNN, Query.TASTE),
    (Link.RP3BETA, Query.TASTE),
    (Link.TRANSITIONS, Query.LAST),
)
"""The scores that a rated movie adds to; the ranker may only rise with them (monotone constraints)."""


def influence(near: Float32Array, recent: History) -> FloatArray:
    """How much of each movie's collaborative scores comes from each rating.

    Every score is a sum over the rated movies, so a rated movie's share of it is exact; the shares of the scores in
    ASKED are averaged.

    Args:
        near: (len(Link), h, k) what each rating says of k movies (`links_to`).
        recent: the h ratings that retrieval asks with, newest first.
    Returns:
        (h, k) float64; rows of movies not liked are 0.
    """
    weights = recent.weights()
    shares = np.zeros(near.shape[1:])
    for link, query in ASKED:
        parts = np.maximum(near[link] * weights[:, query, None], 0)
        whole = parts.sum(axis=0)
        shares += parts / np.where(whole > 0, whole, 1)
    shares[recent.rating < POSITIVE] = 0
    return shares / len(ASKED)


def likely_causes(shares: FloatArray, *, count: int, least: float = 0.02) -> list[NDArray[np.intp]]:
    """For each ranked movie the history positions with the largest shares, largest first; below `least` is noise."""
    order = np.argsort(-shares, axis=0, kind="stable")[:count]
    return [order[shares[order[:, at], at] >= least, at] for at in range(shares.shape[1])]


def links_to(snapshot: FittedRetrieval, history: History, rows: RowArray) -> Float32Array:
    """(len(Link), h, k) dense: what each rated movie says of some movies, by model."""
    n, links = snapshot.n_movies, snapshot.links[history.row]
    place = np.full(len(Link) * n, -1, np.int32)
    wanted = (np.arange(len(Link))[:, None] * n + rows[None, :]).ravel()
    place[wanted] = np.arange(len(wanted))
    at = place[links.indices]
    kept = at >= 0
    source = np.repeat(np.arange(links.shape[0]), np.diff(links.indptr))[kept]
    dense = np.zeros((links.shape[0], len(wanted)), np.float32)
    dense[source, at[kept]] = links.data[kept]
    return dense.reshape(links.shape[0], len(Link), len(rows)).transpose(1, 0, 2)
