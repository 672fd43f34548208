"""Verifying: of the proposed ratings those whose removal is found to lower a movie's score.

A share of a similarity score is not yet a cause: trees are not linear. So each proposed rating is tried: the
collaborative features of the ranked movies are computed as if the rating had never been made, and scored again by
the ONNX model. The other families stay as they are, which makes this an estimate; how often it holds against a full
recomputation is measured in tests/integration/test_ranker_deletion.py and tests/e2e/test_reasons.py.
"""

from collections.abc import Callable

import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray
from marquee.features import liked_similar
from marquee.features.vector import SPECS
from marquee.retrieval.candidates import ranks
from marquee.retrieval.fitted import Link
from marquee.retrieval.history import History, Query
from marquee.retrieval.sources import link_scores
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
    tried = proposed.tried
    if not len(tried):
        return proposed.likely  # all empty
    drops = score[None, :] - _scores_without(proposed, model_input, scorer)
    place = {int(position): at for at, position in enumerate(tried)}
    found = []
    for movie, positions in enumerate(proposed.likely):
        drop_of = {int(p): float(drops[place[int(p)], movie]) for p in positions if int(p) in place}
        sure = sorted((p for p, drop in drop_of.items() if drop > MARGIN), key=lambda p: -drop_of[p])
        found.append(np.array(sure, np.intp))
    return found


def _scores_without(proposed: Proposals, model_input: ModelInput, scorer: Scores) -> FloatArray:
    """(t, k) float64: the ranked movies' scores, had each of the t tried ratings not been made."""
    weights = _weights_without_each(proposed.recent, proposed.tried)
    signals = np.einsum("lhm,hw->wlm", proposed.links, weights, optimize=True)
    signals = signals.reshape(len(proposed.tried), len(Query), len(Link), -1)
    return _scores_with(signals, model_input, proposed.place, scorer)


def _scores_with(signals: Float32Array, model_input: ModelInput, place: Positions, scorer: Scores) -> FloatArray:
    """(t, k) float64: the ranked movies' scores under other collaborative signals of the candidates.

    Args:
        signals: (t, len(Query), len(Link), m) of all candidates, one set per tried rating.
        place: (k,) where the ranked movies stand among the candidates.
    """
    context = model_input.context
    prior, per_source = context.state.prior[context.rows], context.retrieval.config.per_source
    is_found = ~context.candidates.is_filler
    rows = np.repeat(model_input.x[None], len(signals), axis=0)
    rows[:, :, _COLUMNS] = _collaborative(signals, prior, is_found, per_source=per_source)[:, place]
    return scorer(rows.reshape(-1, rows.shape[-1])).astype(np.float64).reshape(len(signals), -1)


def _weights_without_each(recent: History, tried: Positions) -> Float32Array:
    """(h, t * len(Query)) weights of the history without each of t ratings, whose own row is 0.

    What is newer than the missing rating weighs as before; what is older moves up, as if the newest were missing.
    """
    as_it_is, moved_up = recent.weights(), recent.without(0).weights()
    weights = np.zeros((len(recent), len(tried), len(Query)), np.float32)
    for at, position in enumerate(tried.tolist()):
        weights[:position, at] = as_it_is[:position]
        weights[position + 1 :, at] = moved_up[position:]
    return weights.reshape(len(recent), -1)


def _collaborative(signals: Float32Array, prior: FloatArray, is_found: BoolArray, *, per_source: int) -> Float32Array:
    """(t, m, f) the candidates' collaborative features, as if each set of signals, of theirs alone, had ranked them."""
    rank = ranks(link_scores(signals), prior, count=per_source)
    return liked_similar.of_signals(signals, rank, is_found, per_source=per_source)
