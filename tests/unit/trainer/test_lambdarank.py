"""LambdaRank: what follows from the number of lists."""

import numpy as np
import pytest

from marquee.features.vector import NAMES
from trainer.executor import HERE, Here
from trainer.fitting import fit
from trainer.lambdarank import LambdaRankConfig, boost, predict
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


class SideBySide(Here):
    """As several processes are: the ranker grows while the trial does, and nobody knows yet how large it is to be."""

    side_by_side = True


@pytest.mark.parametrize("count", [10, 80])
def test_a_ranker_that_grew_beside_its_trial_is_the_one_that_waited_for_it(count: int) -> None:
    """With ten lists there is no trial, and the usual number of trees is more than is tried."""
    config = LambdaRankConfig(min_trees=2, max_trees=6, usual_trees=9, tree_step=2)
    lists = some_lists(count)

    waited, beside = fit(lists, config, seed=0), fit(lists, config, seed=0, executor=SideBySide())

    assert (HERE.side_by_side, beside.n_trees) == (False, waited.n_trees)
    assert beside.booster.num_trees() == waited.n_trees
    assert (predict(beside.booster, lists.features) == predict(waited.booster, lists.features)).all()
    assert beside.ndcg_by_trees == waited.ndcg_by_trees


def test_trees_do_not_depend_on_the_threads_that_they_grow_on() -> None:
    config, lists = LambdaRankConfig(), some_lists(200)

    one, two = (boost(lists, config, n_trees=20, seed=0, n_threads=n) for n in (1, 2))

    assert (predict(one, lists.features) == predict(two, lists.features)).all()
