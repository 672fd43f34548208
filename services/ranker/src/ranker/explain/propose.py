"""Proposing: which of the user's ratings carried a movie up, by their exact shares of its collaborative scores."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from marquee.arrays import BoolArray, Float32Array, FloatArray, distinct
from marquee.features.context import RankContext
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import History, Query
from marquee.state.movie_table import RowArray
from ranker.explain.facts.you import likes

PER_MOVIE = 3
"""Ratings proposed for one movie, at most."""
PER_RANKING = 12
"""Ratings proposed for a whole ranking, at most: each costs as much scoring as the ranked movies."""
LEAST_SHARE = 0.02
"""A smaller share of a movie's scores is noise."""

SCORES = (
    (Link.EASE, Query.TASTE),
    (Link.ITEM_KNN, Query.TASTE),
    (Link.RP3BETA, Query.TASTE),
    (Link.TRANSITIONS, Query.LAST),
)
"""The scores that a rated movie adds to; the model's score may only rise with them (monotone constraints)."""

Positions = NDArray[np.intp]
"""(p,) positions in a `History`."""


@dataclass(frozen=True, slots=True)
class Proposals:
    """The ratings that may be cited.

    Attributes:
        recent: the h newest ratings, with which retrieval queries; positions count in it. weights: theirs.
        links: (h, len(Link) * m) float32 CSR, what each rating says of every candidate, by model.
        place: (k,) where the ranked movies stand among the candidates.
        likely: for each of the k ranked movies its likely causes, largest share first.
        tried: the likely causes that stand behind most of the ranking, at most PER_RANKING.
    """

    recent: History
    weights: Float32Array
    links: sparse.csr_array
    place: Positions
    likely: list[Positions]
    tried: Positions


def proposals(context: RankContext, ranked_rows: RowArray) -> Proposals:
    """Propose ratings for the movies of a ranking.

    Args:
        context: what the ranking was computed from. ranked_rows: (k,) catalogue rows, all of them candidates.
    """
    recent, weights = context.retrieved.recent, context.retrieved.weights
    links = context.retrieved.links_to(context.rows)
    place = np.searchsorted(context.rows, ranked_rows)
    by_rating = links.toarray().reshape(len(recent), len(Link), len(context.rows))
    shares = shares_of_scores(by_rating[:, :, place].transpose(1, 0, 2), weights, likes(recent))
    likely = likely_causes(shares)
    return Proposals(recent, weights, links, place, likely, worth_trying(shares, likely))


def shares_of_scores(links: Float32Array, weights: Float32Array, is_liked: BoolArray) -> FloatArray:
    """How much of each movie's collaborative scores comes from each rating.

    Every score is a sum over the rated movies, so a rated movie's share of it is exact; the shares of the scores in
    SCORES are averaged.

    Args:
        links: (len(Link), h, k) what each rating says of k movies.
        weights: (h, len(Query)) of the h ratings that retrieval queries with. is_liked: (h,) by the user's own scale.
    Returns:
        (h, k) float64 in [0, 1]; rows of movies that the user does not like are 0.
    """
    link, query = (list(each) for each in zip(*SCORES, strict=True))
    parts = np.maximum(links[link] * weights.T[query][:, :, None], 0)
    whole = parts.sum(axis=1, keepdims=True)
    parts /= np.where(whole > 0, whole, 1)
    shares: FloatArray = parts.sum(axis=0, dtype=np.float64)
    shares[~is_liked] = 0
    return shares / len(SCORES)


def likely_causes(shares: FloatArray) -> list[Positions]:
    """For each column of `shares` the PER_MOVIE positions with the largest shares, largest first, without noise."""
    of_movie = np.ascontiguousarray(shares.T)
    order = np.argsort(-of_movie, axis=1, kind="stable")[:, :PER_MOVIE]
    largest = of_movie[np.arange(len(of_movie))[:, None], order]
    kept = np.count_nonzero(largest >= LEAST_SHARE, axis=1)  # the first of each
    return [positions[:count] for positions, count in zip(order, kept.tolist(), strict=True)]


def worth_trying(shares: FloatArray, likely: list[Positions]) -> Positions:
    """The likely causes with the largest shares of the whole ranking, largest first, at most PER_RANKING."""
    wanted = distinct(np.concatenate(likely)) if likely else np.empty(0, np.intp)
    return wanted[np.argsort(-shares[wanted].sum(axis=1), kind="stable")][:PER_RANKING].astype(np.intp)
