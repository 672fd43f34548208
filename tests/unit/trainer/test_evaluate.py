"""One list's nDCG, means of users and bootstrap intervals, against numbers worked out by hand."""

import numpy as np
import pytest

from trainer.evaluate import bootstrap, bootstrap_columns, mean_of_users, ndcg_at


def test_ndcg_of_one_list_is_the_one_by_hand() -> None:
    is_hit = np.array([True, False, True, False])

    # (1/log2(2) + 1/log2(4)) / (1/log2(2) + 1/log2(3) + 1/log2(4)) = 1.5 / 2.1309298
    assert ndcg_at(is_hit, 3, 10) == pytest.approx(0.7039181, abs=1e-6)
    assert ndcg_at(is_hit[1:], 1, 1) == 0.0


def test_a_user_with_several_lists_counts_once_with_their_mean() -> None:
    values, user_id = np.array([0.2, 1.0, 0.4]), np.array([7, 3, 7])

    assert mean_of_users(values, user_id).tolist() == pytest.approx([1.0, 0.3])


def test_the_bootstrap_interval_of_equal_values_is_a_point() -> None:
    found = bootstrap(np.full(10, 0.25))

    assert (found.mean, found.low, found.high) == (0.25, 0.25, 0.25)
    assert np.isnan(bootstrap(np.empty(0)).mean)


@pytest.mark.parametrize("n", [1, 7, 20_000])
def test_an_interval_is_that_of_resamples_drawn_one_after_the_other(n: int) -> None:
    values, rng = np.random.default_rng(1).random(n), np.random.default_rng(5)

    found = bootstrap(values, rounds=50, seed=5)

    means = [values[rng.integers(0, n, n)].mean() for _ in range(50)]
    assert [found.low, found.high] == pytest.approx(np.percentile(means, [2.5, 97.5]))


def test_columns_that_are_drawn_together_have_the_intervals_of_each_alone() -> None:
    values = np.random.default_rng(2).random((30, 3))

    found = bootstrap_columns(values, percent=99)

    for column, one in enumerate(found):
        alone = bootstrap(values[:, column], percent=99)
        assert (one.mean, one.low, one.high) == pytest.approx((alone.mean, alone.low, alone.high))
    assert np.isnan(bootstrap_columns(np.empty((0, 2)))[1].mean)
