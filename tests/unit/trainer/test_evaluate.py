"""Ranking measures against numbers worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer.evaluate import bootstrap, ndcg_at, recall_at


def test_ndcg_of_hits_at_one_and_three_of_three_is_the_one_by_hand() -> None:
    is_hit = np.array([True, False, True, False])

    # (1/log2(2) + 1/log2(4)) / (1/log2(2) + 1/log2(3) + 1/log2(4)) = 1.5 / 2.1309298
    assert ndcg_at(is_hit, 3, 10) == pytest.approx(0.7039181, abs=1e-6)
    assert recall_at(is_hit, 3, 2) == pytest.approx(1 / 3)


def test_a_liked_movie_below_k_counts_for_nothing_at_k() -> None:
    is_hit = np.array([False, False, True])

    assert ndcg_at(is_hit, 1, 2) == 0.0


def test_every_measure_is_zero_where_nothing_is_liked() -> None:
    assert ndcg_at(np.zeros(5, bool), 0, 10) == 0.0
    assert recall_at(np.zeros(5, bool), 0, 10) == 0.0


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 10), st.integers(1, 20))
def test_ndcg_lies_between_zero_and_one(hits: list[bool], missed: int, k: int) -> None:
    value = ndcg_at(np.array(hits, bool), sum(hits) + missed, k)

    assert 0 <= value <= 1 + 1e-9


def test_the_bootstrap_interval_of_equal_values_is_a_point() -> None:
    found = bootstrap(np.full(10, 0.25))

    assert (found.mean, found.low, found.high) == (0.25, 0.25, 0.25)
    assert np.isnan(bootstrap(np.empty(0)).mean)


@pytest.mark.parametrize("n", [1, 7, 20_000])
def test_an_interval_is_that_of_resamples_drawn_one_after_the_other(n: int) -> None:
    values, rng = np.random.default_rng(1).random(n), np.random.default_rng(5)

    found = bootstrap(values, rounds=50, seed=5)

    means = [values[rng.integers(0, n, n)].mean() for _ in range(50)]
    assert [found.low, found.high] == np.percentile(means, [2.5, 97.5]).tolist()
