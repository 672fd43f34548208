"""LambdaRank on several workers by `lightgbm.dask`: each has whole lists, and they agree on every split.

The trees are not those of one process to the byte: bin borders come from each worker's own sample, and bags are drawn
from each worker's own lists.
"""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import dask.array as da
import lightgbm as lgb
import numpy as np
from distributed import Client
from numpy.typing import NDArray

from marquee.features.vector import NAMES
from trainer.lambdarank import LambdaRankConfig, parameters
from trainer.lists import TrainingLists

NETWORK_MIN = 5
"""Minutes after which a worker gives up waiting for another one."""
AS_SCIKIT_LEARN = {
    "min_data_in_leaf": "min_child_samples",
    "feature_fraction": "colsample_bytree",
    "bagging_fraction": "subsample",
    "bagging_freq": "subsample_freq",
    "lambda_l2": "reg_lambda",
    "seed": "random_state",
}
"""Names under which scikit-learn's interface would otherwise set its own values beside ours."""


def dealt(lists: TrainingLists, n_workers: int) -> Iterator[TrainingLists]:
    """The lists one by one to each worker in turn, whole and in order, so that each has old and new ones."""
    for at in range(n_workers):
        yield lists.take(np.arange(len(lists)) % n_workers == at)


def boost_on(
    client: Client,
    workers: Sequence[str],
    lists: TrainingLists,
    config: LambdaRankConfig,
    *,
    n_trees: int,
    seed: int,
) -> lgb.Booster:
    """Train on these lists, dealt out to these workers.

    Raises:
        LightGBMError, or what Dask raises: a worker was lost.
    """
    wanted = parameters(len(lists.features), config, seed=seed)
    del wanted["num_threads"]  # as many as the worker has
    options: dict[str, Any] = {AS_SCIKIT_LEARN.get(name, name): value for name, value in wanted.items()}
    columns: list[list[Any]] = [[], [], []]
    for worker, part in zip(workers, dealt(lists, len(workers)), strict=True):
        arrays: tuple[NDArray[Any], ...] = (part.features, part.label, part.size)
        for column, values in zip(columns, arrays, strict=True):
            future = client.scatter(values, workers=[worker], hash=False)
            column.append(da.from_delayed(future, values.shape, values.dtype))
    features, label, size = (da.concatenate(parts) for parts in columns)
    ranker = lgb.DaskLGBMRanker(
        client=client, n_estimators=n_trees, tree_learner="data", time_out=NETWORK_MIN, **options
    )
    with warnings.catch_warnings(), client.as_current():  # lightgbm waits for its parts by the current client
        warnings.filterwarnings("ignore", "Parameter n_jobs will be ignored")  # scikit-learn's interface always has it
        ranker.fit(features, label, group=size, feature_name=list(NAMES))
    return ranker.booster_
