"""LambdaRank: its parameters, and LightGBM's part of a training."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Self

import lightgbm as lgb
import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from marquee.arrays import BoolArray, Float32Array, FloatArray
from marquee.features.vector import NAMES, SPECS
from marquee.retrieval.config import HyperParameters
from trainer.evaluate import ndcg_at
from trainer.lists import TrainingLists

PositiveShare = Annotated[float, Field(gt=0, le=1)]

ALWAYS: Mapping[str, object] = MappingProxyType({
    "objective": "lambdarank",
    "bagging_by_query": True,
    "bagging_freq": 1,
    "deterministic": True,
    "force_col_wise": True,
    "verbosity": -1,
})  # fmt: skip
"""LightGBM's parameters of every ranker: a tree sees whole lists, and the same lists give the same trees."""

MANY_ROWS = 1_000_000
"""Below, one thread: beside other work two threads wait for each other, with 3.5 times the wall time."""


class LambdaRankConfig(HyperParameters):
    """LightGBM's parameters, and how the number of trees is chosen."""

    min_lists: PositiveInt = 20
    """With fewer lists there is no ranker: the order of retrieval is as good. Larger: the first ranker comes later."""
    min_trees: PositiveInt = 80
    """Fewest trees tried. Larger: scores step more finely and fit the lists more closely."""
    usual_trees: PositiveInt = 100
    """Trees where the last window has too few lists to choose by."""
    max_trees: PositiveInt = 120
    """Most trees tried. Larger: may fit large data more closely; training and requests take longer."""
    many_lists: PositiveInt = 4_000
    """From so many lists on more trees are tried. Larger: only for larger data."""
    min_trees_of_many: PositiveInt = 160
    """Fewest trees tried then."""
    max_trees_of_many: PositiveInt = 200
    """Most trees tried then. Larger: closer fits; each twenty more cost a request some .1 ms."""
    tree_step: PositiveInt = 20
    """Steps between the numbers tried. Larger: a coarser choice, less trust in chance."""
    learning_rate: PositiveFloat = 0.05
    """Weight of each tree. Larger: fewer trees are needed, and chance in the lists counts more."""
    extra_trees: bool = False
    """Random thresholds. They underfit where known users are learnt from by all that they like later."""
    max_bin: Annotated[int, Field(ge=2)] = 63
    """Values distinguished per feature. Larger: finer thresholds, slower training."""
    num_leaves: Annotated[int, Field(ge=2)] = 15
    """Leaves per tree. Larger: more features act together, with more overfitting."""
    min_leaf_rows: PositiveInt = 20
    """Rows per leaf on small data. Larger: smoother scores that follow rare cases less."""
    max_leaf_rows: PositiveInt = 100
    """Rows per leaf on large data."""
    rows_per_leaf_row: PositiveInt = 2_000
    """Training rows for each row that a leaf must have, between the two. Larger: smaller leaves."""
    feature_fraction: PositiveShare = 0.5
    """Share of the features that a tree may use. Larger: trees resemble each other more."""
    bagging_fraction: PositiveShare = 0.5
    """Share of the lists that a tree sees, whole lists each. Larger: slower, and the few lists are overfitted more."""
    lambda_l2: NonNegativeFloat = 10.0
    """Ridge penalty of the leaves. Larger: scores are shrunk towards equal."""
    truncation_level: PositiveInt = 15
    """Places from the top that the loss looks at. Larger: lower places count too, the first ones less."""

    @model_validator(mode="after")
    def _trees_in_order(self) -> Self:
        for suffix in ("", "_of_many"):
            least, most = getattr(self, f"min_trees{suffix}"), getattr(self, f"max_trees{suffix}")
            if least > most:
                raise ValueError(f"min_trees{suffix}={least} is more than max_trees{suffix}={most}")
        return self

    def trees_tried(self, n_lists: int) -> range:
        """The numbers of trees among which a training on so many lists chooses."""
        if n_lists < self.many_lists:
            return range(self.min_trees, self.max_trees + 1, self.tree_step)
        return range(self.min_trees_of_many, self.max_trees_of_many + 1, self.tree_step)


def parameters(n_rows: int, config: LambdaRankConfig, *, seed: int, n_threads: int | None = None) -> dict[str, object]:
    """LightGBM's parameters for `n_rows` rows; small data gets smaller leaves.

    Args:
        n_threads: the trees do not depend on it; None: as many as pay off for so many rows.
    """
    leaf_rows = np.clip(n_rows // config.rows_per_leaf_row, config.min_leaf_rows, config.max_leaf_rows)
    return {
        **ALWAYS,
        "learning_rate": config.learning_rate,
        "extra_trees": config.extra_trees,
        "max_bin": config.max_bin,
        "num_leaves": config.num_leaves,
        "min_data_in_leaf": int(leaf_rows),
        "feature_fraction": config.feature_fraction,
        "bagging_fraction": config.bagging_fraction,
        "lambda_l2": config.lambda_l2,
        "lambdarank_truncation_level": config.truncation_level,
        "monotone_constraints": [int(spec.rises) for spec in SPECS],
        "num_threads": n_threads or (1 if n_rows < MANY_ROWS else 2),
        "seed": seed,
    }


def boost(
    lists: TrainingLists, config: LambdaRankConfig, *, n_trees: int, seed: int, n_threads: int | None = None
) -> lgb.Booster:
    """Train on these lists.

    Raises:
        ValueError: the rows are not those of the lists, which LightGBM does not check.
    """
    if int(lists.size.sum()) != len(lists.features):
        raise ValueError("the lists' sizes do not add up to their rows")
    data = lgb.Dataset(lists.features, lists.label, group=lists.size, feature_name=list(NAMES), free_raw_data=True)
    return lgb.train(
        parameters(len(lists.features), config, seed=seed, n_threads=n_threads), data, num_boost_round=n_trees
    )


def predict(booster: lgb.Booster, features: Float32Array, n_trees: int | None = None) -> FloatArray:
    """(m,) float64 scores by LightGBM itself; of the first `n_trees` trees, or of all."""
    return np.asarray(booster.predict(features, num_iteration=n_trees), np.float64).reshape(-1)


def mean_ndcg(lists: TrainingLists, score: FloatArray, k: int = 10) -> float:
    """Mean nDCG@k, as if the candidates of each list were all there is to rank."""
    ends = np.cumsum(lists.size)
    parts = [slice(end - n, end) for end, n in zip(ends, lists.size, strict=True)]
    return float(np.mean([_list_ndcg(lists.label[part] > 0, score[part], k) for part in parts]))


def _list_ndcg(is_liked: BoolArray, score: FloatArray, k: int) -> float:
    order = np.argsort(-score, kind="stable")
    return ndcg_at(is_liked[order], int(is_liked.sum()), k)
