"""What the gate judges by: how trial, champion and baselines rank the newest window, and how sound the model is."""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from marquee.arrays import BoolArray, Float32Array
from marquee.features.describe import described
from marquee.features.vector import NAMES
from trainer.champion import Champion, ndcg_of
from trainer.examples import Kind
from trainer.export_onnx import OnnxDiffers, Parity, gate
from trainer.held_out import HeldOut
from trainer.judging import CANDIDATE, CHAMPION, SERVED, Lists
from trainer.lists import TrainingLists
from trainer.measures import NDCG, RANKER
from trainer.soundness import Measured

Scorer = Callable[[Float32Array], Float32Array]
"""The model to serve: (m, features) to (m,) scores."""
TIMED = 9
"""Times that a list is scored; the shortest counts, so that a busy machine does not make a model slow."""


def measured_lists(
    table: pd.DataFrame, held_out: HeldOut, score: Scorer, champion: Champion | None
) -> tuple[Lists, str]:
    """Every system's nDCG on the newest window, and why the champion's is missing.

    Args:
        table: the trial ranker's and the baselines' lists, of the examples in their order.
        score: the model to serve.
    """
    ndcg = {
        CANDIDATE if system == RANKER else str(system): np.asarray(part[NDCG], np.float64)
        for system, part in table.groupby("system", sort=False)
    }
    examples, state = held_out.examples, held_out.movies.state
    ndcg[SERVED] = np.array([ndcg_of(one, score(one.features).astype(np.float64), state) for one in examples])
    problem = ""
    if champion is not None:
        found = champion.ndcg(examples, state, asked_from_ms=held_out.asked_from_ms)
        if isinstance(found, str):
            problem = found
        else:
            ndcg[CHAMPION] = found
    about = [one.example for one in examples]
    lists = Lists(
        user_id=np.array([one.user_id for one in about], np.int64),
        is_newcomer=np.array([one.kind is Kind.NEWCOMER for one in about], bool),
        history=np.array([len(one.history) for one in about], np.int64),
        mean_rating=np.array([one.history.rating.mean() for one in about], np.float64),
        ndcg=ndcg,
    )
    return lists, problem


def measured(
    lists: TrainingLists,
    checked: TrainingLists,
    held_out: HeldOut | None,
    score: Scorer,
    served: Float32Array,
    agreement: Parity,
    *,
    n_trees: int,
    champion: Champion | None,
) -> Measured:
    """What the training lists and the newest window say of the candidate beside its quality.

    Args:
        checked: those of the training lists that both forms of the model have scored.
        served: (r,) ONNX's scores of them.
    """
    ends = np.cumsum(checked.size)
    unknown: BoolArray = np.asarray(np.isnan(lists.features).all(axis=0))
    return Measured(
        scoring_ms=_scoring_ms(score, lists),
        n_trees=n_trees,
        n_features=len(NAMES),
        changed_features=() if held_out is None else _changed_features(lists, held_out),
        unknown_features=[name for name, is_unknown in zip(NAMES, unknown, strict=True) if is_unknown],
        scores_are_flat=not any(np.ptp(served[end - n : end]) for end, n in zip(ends, checked.size, strict=True)),
        scores_are_finite=bool(np.isfinite(served).all()),
        onnx_differs=_problem(agreement),
        known_until_ms=0 if held_out is None else held_out.known_until_ms,
        asked_from_ms=0 if held_out is None else held_out.asked_from_ms,
        champion=None if champion is None else champion.version,
    )


def _problem(agreement: Parity) -> str:
    try:
        gate(agreement)
    except OnnxDiffers as error:
        return str(error)
    return ""


def _scoring_ms(scorer: Scorer, lists: TrainingLists) -> float:
    """CPU time for the median list, the shortest of some tries."""
    at = int(np.argsort(lists.size)[len(lists) // 2])
    end = int(np.cumsum(lists.size)[at])
    features = lists.features[end - int(lists.size[at]) : end]
    took = []
    for _ in range(TIMED):
        started = time.thread_time()
        scorer(features)
        took.append(time.thread_time() - started)
    return min(took) * 1_000


def _changed_features(lists: TrainingLists, held_out: HeldOut) -> list[str]:
    """Columns of the newest window's first training lists that are not what serving computes for these users."""
    last = lists.take(lists.window == lists.window.max())
    ends, is_changed = np.cumsum(last.size), np.zeros(len(NAMES), bool)
    for example, end, n in zip(held_out.probes, ends, last.size, strict=False):
        known = described(held_out.retrieval, held_out.movies, example.history)
        is_changed |= _differs(last.features[end - n : end], known.x if known is not None else None)
    return [name for name, changed in zip(NAMES, is_changed, strict=True) if changed]


def _differs(trained: Float32Array, served: Float32Array | None) -> BoolArray:
    if served is None or served.shape != trained.shape:
        return np.ones(len(NAMES), bool)
    is_close: BoolArray = np.asarray(np.isclose(trained, served, rtol=1e-4, atol=1e-5, equal_nan=True))
    same: BoolArray = np.asarray(is_close.all(axis=0))
    return ~same
