"""Which ratings to name as evidence: those whose removal is seen to lower the movie's score.

A share of a similarity score does not make a cause: trees are not linear. So the likely ratings are tried: the
collaborative features of the ranked movies are computed as if the rating had never been made, and scored again by
the ONNX model. The other families stay as they are, which makes this an estimate; how often it holds against a full
recomputation is measured in tests/e2e/test_reasons.py.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import Float32Array, FloatArray
from marquee.features import liked_similar
from marquee.features.context import RankContext
from marquee.features.vector import SPECS
from marquee.retrieval.candidates import LINK_QUERY, PER_SOURCE, Candidates
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import MAX_QUERY, History, Query
from ranker.influence import influence, likely_causes, links_to
from ranker.ranking import Ranked
from ranker.scoring import Scorer

TRIED = 12
"""Ratings that are tried for one ranking, at most."""
PER_CARD = 3
CITED = 2
MARGIN = 0.02
"""A drop below this is within what the families that are held fixed may give back."""

_COLUMNS = [at for at, spec in enumerate(SPECS) if spec in liked_similar.SPECS]

Positions = NDArray[np.intp]


def cited(ranked: Ranked, scorer: Scorer) -> list[Positions]:
    """For each ranked movie up to CITED history positions, the one that matters most first; none where none is sure."""
    context = ranked.context
    if context is None:
        return [np.empty(0, np.intp)] * len(ranked)
    recent = context.history.head(MAX_QUERY)
    near = links_to(context.retrieval, recent, context.rows)
    place = np.searchsorted(context.rows, ranked.row)
    shares = influence(near[:, :, place], recent)
    likely = likely_causes(shares, count=PER_CARD)
    tried = _most_wanted(likely, shares)
    if not len(tried):
        return likely  # all empty
    weights = np.concatenate([_weights_without(recent, int(at)) for at in tried], axis=1)
    signals = np.einsum("lhm,hw->wlm", near, weights, optimize=True).reshape(len(tried), len(Query), len(Link), -1)
    drops = ranked.score[None, :] - _scores_with(signals, context, ranked.features, place, scorer)
    order = {int(position): at for at, position in enumerate(tried)}
    found = []
    for card, positions in enumerate(likely):
        sure = [int(p) for p in positions if int(p) in order and drops[order[int(p)], card] > MARGIN]
        sure.sort(key=lambda p: -drops[order[p], card])
        found.append(np.array(sure[:CITED], np.intp))
    return found


def _most_wanted(likely: list[Positions], shares: FloatArray) -> Positions:
    """The ratings that stand behind most of the ranking, at most TRIED."""
    wanted = np.unique(np.concatenate(likely)) if likely else np.empty(0, np.intp)
    return wanted[np.argsort(-shares[wanted].sum(axis=1), kind="stable")][:TRIED].astype(np.intp)


def _scores_with(
    signals: Float32Array, context: RankContext, features: Float32Array, place: Positions, scorer: Scorer
) -> FloatArray:
    """(t, k) float64: the ranked movies' scores under other collaborative signals of the candidates.

    Args:
        signals: (t, len(Query), len(Link), m) of all candidates, one set a tried rating.
        features: (k, f) the ranked movies' own. place: (k,) where they stand among the candidates.
    """
    rows = np.repeat(features[None], len(signals), axis=0)
    for at, others in enumerate(signals):
        rows[at][:, _COLUMNS] = liked_similar.values(_as_if(context, others))[place]
    return scorer(rows.reshape(-1, rows.shape[-1])).astype(np.float64).reshape(len(signals), -1)


def _weights_without(recent: History, position: int) -> Float32Array:
    """(h, len(Query)) weights of the history without one rating, whose own row is 0."""
    keep = np.arange(len(recent)) != position
    rest = History(
        recent.row[keep],
        recent.rating[keep],
        recent.rated_at[keep],
        recent.fade[: len(recent) - 1],
        float(recent.rating[keep].mean()) if keep.any() else float("nan"),
    )
    weights = np.zeros((len(recent), len(Query)), np.float32)
    weights[keep] = rest.weights()
    return weights


def _as_if(context: RankContext, signals: Float32Array) -> RankContext:
    """The context in which the candidates, and they alone, are the catalogue, with other collaborative signals."""
    n = len(context.candidates)
    scores = context.retrieved.scores[:, context.rows].copy()
    rank = context.candidates.rank.copy()
    for source, (link, query) in LINK_QUERY.items():
        scores[source] = signals[query, link]
        rank[source] = _ranks(scores[source])
    return replace(
        context,
        retrieved=replace(context.retrieved, scores=scores, signals=signals),
        candidates=Candidates(np.arange(n), rank),
    )


def _ranks(scores: Float32Array) -> NDArray[np.int64]:
    """Ranks from 0 among the candidates, -1 past PER_SOURCE or without a score."""
    rank = np.full(len(scores), -1, np.int64)
    best = np.argsort(-scores, kind="stable")[:PER_SOURCE]
    best = best[scores[best] > 0]
    rank[best] = np.arange(len(best))
    return rank
