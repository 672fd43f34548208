"""LambdaRank: what follows from the number of lists."""

import numpy as np
import pytest

from marquee.features.vector import NAMES
from trainer.lambdarank import LambdaRankConfig, fit
from trainer.lists import TrainingLists

SIZE = 10


def some_lists(count: int) -> TrainingLists:
    """Lists of two windows; the first movie of each was liked."""
    features = np.random.default_rng(0).random((count * SIZE, len(NAMES))).astype(np.float32)
    label = np.tile(np.eye(1, SIZE, dtype=np.int32)[0], count)
    window = np.arange(count) * 2 // count
    return TrainingLists(features, label, label, np.full(count, SIZE), window, np.zeros(count, bool))


@pytest.mark.parametrize(("count", "tried"), [(79, {2, 3}), (80, {5, 6})])
def test_many_lists_are_worth_more_trees(count: int, tried: set[int]) -> None:
    few, many = {"min_trees": 2, "max_trees": 3}, {"min_trees_of_many": 5, "max_trees_of_many": 6}
    config = LambdaRankConfig(many_lists=80, tree_step=1, **few, **many)

    fitted = fit(some_lists(count), config, seed=0)

    assert set(fitted.ndcg_by_trees) == tried
    assert fitted.n_trees in tried
