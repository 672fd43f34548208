"""Sources: what each retrieval model, content and popularity score every movie with, for one user."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array
from marquee.retrieval.fitted import FittedRetrieval, Link, scores_of
from marquee.retrieval.history import History, Query
from marquee.state.movie_state import MovieState


class Source(IntEnum):
    """Where a candidate may come from, in the order of the arrays."""

    EASE = 0
    EASE_ALL = 1
    ITEM_KNN = 2
    RP3BETA = 3
    TRANSITIONS = 4
    CONTENT = 5
    POPULAR = 6
    TRENDING = 7


LINK_QUERY = {
    Source.EASE: (Link.EASE, Query.TASTE),
    Source.EASE_ALL: (Link.EASE_ALL, Query.TASTE),
    Source.ITEM_KNN: (Link.ITEM_KNN, Query.TASTE),
    Source.RP3BETA: (Link.RP3BETA, Query.TASTE),
    Source.TRANSITIONS: (Link.TRANSITIONS, Query.LAST),
}
"""The item-to-item sources: which model each asks, and with which weighting of the history."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What the sources score every movie of the catalogue with.

    Attributes:
        scores: (len(Source), n) float32; 0 and below is no recommendation.
        signals: (len(Query), len(Link), n) float32, every query on every model; most are features only.
        profiles: (n_terms, len(Query)) float32, what the history is made of, by every query.
        links: (h, len(Link) * n) float32 CSR, the rows of `FittedRetrieval.links` that the signals are sums of.
    """

    scores: Float32Array
    signals: Float32Array
    profiles: Float32Array
    links: sparse.csr_array


def retrieve(retrieval: FittedRetrieval, movies: MovieState, history: History) -> Retrieved:
    """Score all movies by every source. Without a history only the popular and trending ones score above 0."""
    n = retrieval.n_movies
    recent = history.recent
    weights = recent.weights()
    links = retrieval.links[recent.row]
    signals = scores_of(links, weights).reshape(len(Query), len(Link), n)
    profiles: Float32Array = retrieval.terms[recent.row].T @ weights
    scores = np.empty((len(Source), n), np.float32)
    scores[list(LINK_QUERY)] = link_scores(signals)
    scores[Source.CONTENT] = retrieval.terms @ np.ascontiguousarray(profiles[:, Query.TASTE])
    scores[Source.POPULAR] = movies.decayed
    scores[Source.TRENDING] = movies.decayed_fast
    return Retrieved(scores, signals, profiles, links)


def link_scores(signals: Float32Array) -> Float32Array:
    """The item-to-item sources' scores, (..., len(LINK_QUERY), m), among signals, (..., len(Query), len(Link), m)."""
    return np.stack([signals[..., query, link, :] for link, query in LINK_QUERY.values()], axis=-2)
