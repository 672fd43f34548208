"""How large a ranker is: the number of trees is chosen on the last label window, then all lists train the ranker."""

from dataclasses import dataclass

import lightgbm as lgb

from trainer.executor import HERE, Executor
from trainer.lambdarank import LambdaRankConfig, boost, mean_ndcg, predict
from trainer.lists import TrainingLists


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained ranker and how its size was chosen; `trial` was trained on all windows but the last, if on any."""

    booster: lgb.Booster
    trial: lgb.Booster | None
    n_trees: int
    ndcg_by_trees: dict[int, float]


def fit(lists: TrainingLists, config: LambdaRankConfig, *, seed: int, executor: Executor = HERE) -> Fitted:
    """Choose the number of trees on the last window's lists, then train on all; with too few, take the usual number.

    Side by side both grow as many trees as may be chosen. The ones that are too many are left out then, which gives
    the same ranker: no tree depends on how many follow.
    """
    last = lists.window == lists.window.max()
    past, held_out = lists.take(~last).for_trial(), lists.take(last)
    sizes = config.trees_tried(len(lists))
    trial, whole = None, None
    if len(past) >= config.min_lists:
        if executor.side_by_side:
            pending = executor.submit(_grown, past, config, sizes[-1], seed)
            whole = executor.boost(lists, config, n_trees=max(sizes[-1], config.usual_trees), seed=seed)
            trial = pending.result()
        else:
            trial = executor.boost(past, config, n_trees=sizes[-1], seed=seed)
    by_trees: dict[int, float] = {}
    if trial is not None and len(held_out) >= config.min_lists:
        by_trees = {n: mean_ndcg(held_out, predict(trial, held_out.features, n)) for n in sizes}
    n_trees = max(by_trees, key=lambda n: (round(by_trees[n], 3), -n)) if by_trees else config.usual_trees
    if whole is not None:
        booster = lgb.Booster(model_str=whole.model_to_string(num_iteration=n_trees))
    else:
        booster = executor.boost(lists, config, n_trees=n_trees, seed=seed)
    return Fitted(booster, trial, n_trees, by_trees)


def _grown(lists: TrainingLists, config: LambdaRankConfig, n_trees: int, seed: int) -> lgb.Booster:
    return boost(lists, config, n_trees=n_trees, seed=seed, n_threads=1)
