"""Features in training and in serving: bins, the stability index, and columns that carry nothing."""

from math import log
from pathlib import Path

import numpy as np
import pytest

from marquee.arrays import Float32Array
from marquee.features.distribution import BINS, ROWS, Distribution, Seen, binned, spread
from marquee.features.vector import NAMES

N = len(NAMES)


def a_list(seed: int, *, rows: int = 40) -> Float32Array:
    """A column of ones, one without values, one that is a user's alone, and the rest at random."""
    x = np.random.default_rng(seed).random((rows, N), np.float32)
    x[:, 0], x[:, 1], x[:, 2] = 1.0, np.nan, seed
    return x


def learned(n_lists: int = 50) -> Distribution:
    found = Distribution.of(a_list(seed) for seed in range(n_lists))
    assert found is not None
    return found


def test_every_row_is_in_one_bin_and_a_value_equal_to_an_edge_is_below_it() -> None:
    edges = np.tile(np.arange(1, BINS, dtype=np.float32), (1, 1))
    rows = np.array([[0.5], [1.0], [1.5], [9.0], [9.5], [np.inf], [-np.inf], [np.nan]], np.float32)

    counts = binned(rows, edges)

    assert counts.tolist() == [[3, 1, 0, 0, 0, 0, 0, 0, 1, 2, 1]]


def test_training_shares_add_up_to_one_and_quantile_bins_are_about_equally_full() -> None:
    training = learned()

    np.testing.assert_allclose(training.shares.sum(axis=1), 1)
    np.testing.assert_allclose(training.shares[3:, :BINS], 0.1, atol=0.01)
    assert training.shares[1, BINS] == 1


def test_which_columns_have_values_and_differ_is_counted_by_list() -> None:
    training = learned()

    assert training.known[:4].tolist() == [1, 0, 1, 1]
    assert training.varies[:4].tolist() == [0, 0, 0, 1]


def test_serving_that_sees_what_training_saw_has_an_index_near_zero() -> None:
    training, seen = learned(), Seen()
    for seed in range(100, 150):
        seen.add(a_list(seed), training)

    index = seen.stability(training)

    assert index[3:].max() < 0.05
    assert (seen.lists, seen.rows) == (50, 50 * ROWS)
    assert seen.known.tolist()[:4] == [50, 0, 50, 50]
    assert seen.varies.tolist()[:4] == [0, 0, 0, 50]


def test_the_index_is_the_population_stability_index() -> None:
    training, seen = learned(), Seen()
    x = a_list(0, rows=20)
    x[:, 5] = 2.0  # above every value in training: all in the highest bin
    seen.add(x, training)

    index = seen.stability(training)

    share = training.shares[5, :BINS]
    lower = sum((0.001 - one) * log(0.001 / one) for one in share[:-1])
    assert index[5] == pytest.approx(lower + (1 - share[-1]) * log(1 / share[-1]))


def test_counts_of_two_are_the_sum_of_each() -> None:
    training, one, other, both = learned(), Seen(), Seen(), Seen()
    for seed, into in ((1, one), (2, other)):
        into.add(a_list(seed), training)
        both.add(a_list(seed), training)

    one.merge(other)

    assert (one.lists, one.rows) == (both.lists, both.rows)
    for name in ("counts", "known", "varies"):
        np.testing.assert_array_equal(getattr(one, name), getattr(both, name))


def test_a_list_without_movies_counts_as_none() -> None:
    training, seen = learned(), Seen()

    seen.add(np.empty((0, N), np.float32), training)

    assert seen.lists == 0
    assert Distribution.of([np.empty((0, N), np.float32)]) is None


def test_a_long_list_is_looked_at_from_end_to_end() -> None:
    x = np.arange(1_000, dtype=np.float32)[:, None]

    rows = spread(x)[:, 0]

    assert (len(rows), rows[0], rows[-1]) == (ROWS, 0, 999)


def test_what_is_written_is_read_back_and_another_width_is_refused(tmp_path: Path) -> None:
    training = learned()
    training.save(tmp_path / "d.npz")

    found = Distribution.load(tmp_path / "d.npz")

    for name in ("edges", "shares", "known", "varies"):
        np.testing.assert_array_equal(getattr(found, name), getattr(training, name))
    Distribution(training.edges[1:], training.shares, training.known, training.varies).save(tmp_path / "e.npz")
    with pytest.raises(ValueError, match=r"e\.npz: its arrays are of the shapes"):
        Distribution.load(tmp_path / "e.npz")
