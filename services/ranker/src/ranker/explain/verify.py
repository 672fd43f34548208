"""Verifying: of the proposed ratings those whose removal is found to lower a movie's score.

A share of a similarity score is not yet a cause: trees are not linear. So each proposed rating is tried: the
collaborative features of the movies that it is proposed for are computed as if the rating had never been made, and
scored again by the ONNX model, all ratings and movies in one batch. The other families stay as they are, which makes
this an estimate; how often it holds against a full recomputation is measured in
tests/integration/test_ranker_deletion.py and tests/e2e/test_reasons.py.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from marquee.arrays import Float32Array, FloatArray
from marquee.features import liked_similar
from marquee.features.vector import SPECS
from marquee.retrieval.candidates import rank_among
from marquee.retrieval.fitted import Link, scores_of
from marquee.retrieval.history import Query
from marquee.retrieval.sources import link_scores
from marquee.state.movie_table import RowArray
from ranker.explain.propose import Positions, Proposals
from ranker.ranking import ModelInput

Scores = Callable[[Float32Array], Float32Array]
"""(m,) scores of (m, n_features) rows."""

MARGIN = 0.02
"""A smaller drop of the score is within what the families that are held fixed may give back."""

_COLUMNS = [at for at, spec in enumerate(SPECS) if spec in liked_similar.SPECS]


def verified(proposed: Proposals, model_input: ModelInput, score: FloatArray, scorer: Scores) -> list[Positions]:
    """For each ranked movie the history positions that are sure, the one that matters most first.

    Args:
        model_input, score: of the k ranked movies.
    """
    if not len(proposed.tried):
        return proposed.likely  # all empty
    pairs = _pairs(proposed)
    drop = score[pairs.movie] - _scores_without(pairs, proposed, model_input, scorer)
    order = np.lexsort((-drop, pairs.movie))  # stable: of equal drops the larger share
    order = order[drop[order] > MARGIN]
    ends = np.searchsorted(pairs.movie[order], np.arange(len(proposed.likely) + 1)).tolist()
    sure = proposed.tried[pairs.tried[order]]
    return [sure[first:end] for first, end in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The tried ratings beside each movie that they are proposed for, by movie, the largest share first.

    Attributes:
        movie: (p,) of the k ranked movies. tried: (p,) of the t tried ratings.
    """

    movie: RowArray
    tried: RowArray


def _pairs(proposed: Proposals) -> _Pairs:
    place = np.full(len(proposed.recent), -1, np.intp)
    place[proposed.tried] = np.arange(len(proposed.tried))
    movie = np.repeat(np.arange(len(proposed.likely)), [len(positions) for positions in proposed.likely])
    tried = place[np.concatenate(proposed.likely)]
    return _Pairs(movie[tried >= 0], tried[tried >= 0])


def _scores_without(pairs: _Pairs, proposed: Proposals, model_input: ModelInput, scorer: Scores) -> FloatArray:
    """(p,) float64: each movie's score, had the rating beside it not been made."""
    context, place = model_input.context, proposed.place[pairs.movie]
    signals = _signals_without_each(proposed)
    scores = link_scores(signals)
    is_found = ~context.candidates.is_filler
    best = liked_similar.bests(scores, signals, is_found)
    rank = rank_among(
        scores, context.state.prior[context.rows], pairs.tried, place, count=context.retrieval.config.per_source
    )
    x = model_input.x[pairs.movie]
    x[:, _COLUMNS] = liked_similar.of_signals(
        signals[pairs.tried, :, :, place].transpose(1, 2, 0),
        rank,
        best[pairs.tried, :, 0].T,
        per_source=context.retrieval.config.per_source,
    )
    return scorer(x).astype(np.float64)


def _signals_without_each(proposed: Proposals) -> Float32Array:
    """(t, len(Query), len(Link), m) of all candidates, had each of the t tried ratings not been made."""
    weights = _weights_without_each(proposed)
    signals = np.ascontiguousarray(scores_of(proposed.links, weights))
    return signals.reshape(len(proposed.tried), len(Query), len(Link), -1)


def _weights_without_each(proposed: Proposals) -> Float32Array:
    """(h, t * len(Query)) weights of the history without each of t ratings, whose own row is 0.

    What is newer than the missing rating weighs as before; what is older moves up, as if the newest were missing.
    """
    recent, tried, as_it_is = proposed.recent, proposed.tried, proposed.weights
    moved_up = np.zeros_like(as_it_is)
    moved_up[1:] = recent.weights_without_newest()
    older_by = (np.arange(len(recent))[:, None] - tried)[:, :, None]
    weights = np.where(older_by < 0, as_it_is[:, None], np.where(older_by > 0, moved_up[:, None], np.float32(0)))
    return weights.reshape(len(recent), -1)
