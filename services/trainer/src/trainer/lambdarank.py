"""LambdaRank: the number of trees is chosen on the last label window, then all lists train the ranker."""

from dataclasses import dataclass

import lightgbm as lgb
import numpy as np

from marquee.arrays import BoolArray, Float32Array, FloatArray
from marquee.features.vector import NAMES, SPECS
from trainer.evaluate import ndcg_at
from trainer.lists import TrainingLists

MIN_TREES, USUAL_TREES, MAX_TREES, STEP = 80, 100, 120, 20
MANY_ROWS = 1_000_000
"""Below, one thread: beside other work two threads wait for each other, with 3.5 times the wall time."""
MIN_LISTS = 20
"""Fewer lists teach nothing beyond the retrieval order."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained ranker and how its size was chosen; `trial` knows all windows but the last."""

    booster: lgb.Booster
    trial: lgb.Booster | None
    n_trees: int
    ndcg_by_trees: dict[int, float]


def parameters(n_rows: int, seed: int) -> dict[str, object]:
    """LightGBM's parameters; small data gets smaller leaves."""
    return {
        "objective": "lambdarank",
        "learning_rate": 0.05,
        "extra_trees": True,  # random thresholds: a few hundred lists are overfitted less, and scores step more finely
        "max_bin": 63,
        "num_leaves": 15,
        "min_data_in_leaf": int(np.clip(n_rows // 2_000, 20, 100)),
        "feature_fraction": 0.5,
        "bagging_fraction": 0.5,
        "bagging_by_query": True,  # whole lists: a tree costs half, and the few lists are overfitted less
        "bagging_freq": 1,
        "lambda_l2": 10.0,
        "lambdarank_truncation_level": 15,
        "monotone_constraints": [int(spec.rises) for spec in SPECS],
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1 if n_rows < MANY_ROWS else 2,
        "seed": seed,
        "verbosity": -1,
    }


def boost(lists: TrainingLists, *, n_trees: int, seed: int) -> lgb.Booster:
    """Train on these lists; their rows stand list by list, which LightGBM does not check."""
    if int(lists.size.sum()) != len(lists.features):
        raise ValueError("the lists' sizes do not add up to their rows")
    data = lgb.Dataset(lists.features, lists.label, group=lists.size, feature_name=list(NAMES), free_raw_data=True)
    return lgb.train(parameters(len(lists.features), seed), data, num_boost_round=n_trees)


def fit(lists: TrainingLists, *, seed: int) -> Fitted:
    """Choose the number of trees on the last window's lists, then train on all; too few lists keep the usual number."""
    last = lists.window == lists.window.max()
    past, held_out = lists.take(~last), lists.take(last)
    trial = boost(past, n_trees=MAX_TREES, seed=seed) if len(past) >= MIN_LISTS else None
    by_trees: dict[int, float] = {}
    if trial is not None and len(held_out) >= MIN_LISTS:
        sizes = range(MIN_TREES, MAX_TREES + 1, STEP)
        by_trees = {n: mean_ndcg(held_out, predict(trial, held_out.features, n)) for n in sizes}
    n_trees = max(by_trees, key=lambda n: (round(by_trees[n], 3), -n)) if by_trees else USUAL_TREES
    return Fitted(boost(lists, n_trees=n_trees, seed=seed), trial, n_trees, by_trees)


def predict(booster: lgb.Booster, features: Float32Array, n_trees: int | None = None) -> FloatArray:
    """(m,) float64 scores by LightGBM itself, of the first so many trees."""
    return np.asarray(booster.predict(features, num_iteration=n_trees), np.float64).reshape(-1)


def mean_ndcg(lists: TrainingLists, score: FloatArray, k: int = 10) -> float:
    """Mean nDCG@k of the lists' own candidates."""
    ends = np.cumsum(lists.size)
    parts = [slice(end - n, end) for end, n in zip(ends, lists.size, strict=True)]
    return float(np.mean([_list_ndcg(lists.label[part] > 0, score[part], k) for part in parts]))


def _list_ndcg(is_liked: BoolArray, score: FloatArray, k: int) -> float:
    order = np.argsort(-score, kind="stable")
    return ndcg_at(is_liked[order], int(is_liked.sum()), k)
