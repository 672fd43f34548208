"""Feature rows as bytes: decoded, a row reaches the leaf that it reached before, in every tree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee.arrays import Float32Array
from marquee.explanation.attribution import contributions
from marquee.explanation.trees import Trees, leaves
from marquee.features.describe import described
from ranker.pinning.bins import MISSING, Bins, TooManyThresholds
from support.serving import KNOWN, trained


def a_forest(thresholds: list[float]) -> Trees:
    """One tree per threshold, each a single split of feature 1; NaN goes right."""
    n = len(thresholds)
    child = np.array([[~1, ~0], [~1, ~0]], np.int32)
    return Trees(
        feature=np.tile(np.array([1, 0], np.int32), (n, 1)),
        threshold=np.stack([np.array(thresholds, np.float32), np.full(n, np.inf, np.float32)], axis=1),
        missing_left=np.zeros((n, 2), bool),
        child=np.tile(child, (n, 1, 1)),
        account=np.zeros((n, 2, 1)),
        base=0.0,
        families=("popular",),
    )


@given(
    st.lists(st.floats(-(2.0**90), 2.0**90, width=32, allow_subnormal=False), min_size=1, max_size=20),
    st.lists(st.floats(width=32, allow_subnormal=False), min_size=1, max_size=20),
)
def test_a_decoded_row_takes_every_turn_that_it_took_before(thresholds: list[float], values: list[float]) -> None:
    forest = a_forest(thresholds)
    around = [np.nextafter(np.float32(t), np.float32(side)) for t in thresholds for side in (-np.inf, np.inf)]
    x = np.array([[0, value] for value in [*values, *thresholds, *around]], np.float32)
    bins = Bins.of(forest, 2)

    decoded = bins.decode(bins.encode(x))

    np.testing.assert_array_equal(leaves(forest, decoded), leaves(forest, x))


def test_a_served_models_rows_keep_their_scores_and_their_parts_exactly() -> None:
    serving = trained()
    model = serving.model
    known = described(model.bundle.retrieval, serving.movies, KNOWN, at_least=25)
    assert known is not None
    assert model.scorer is not None
    assert model.bundle.trees is not None
    bins = Bins.of(model.bundle.trees, known.x.shape[1])
    codes = bins.encode(known.x)

    decoded = bins.decode(codes)

    assert codes.nbytes * 4 == known.x.nbytes
    assert not np.array_equal(decoded, known.x, equal_nan=True)  # another value of the same bin
    np.testing.assert_array_equal(model.scorer(decoded), model.scorer(known.x))
    np.testing.assert_array_equal(
        contributions(model.bundle.trees, decoded), contributions(model.bundle.trees, known.x)
    )


def test_what_is_missing_stays_missing_also_where_nothing_is_split() -> None:
    bins = Bins.of(a_forest([0.5]), 2)
    x: Float32Array = np.array([[np.nan, np.nan], [3, np.inf]], np.float32)

    codes = bins.encode(x)

    assert codes.tolist() == [[MISSING, MISSING], [0, 1]]
    np.testing.assert_array_equal(np.isnan(bins.decode(codes)), np.isnan(x))


def test_more_thresholds_than_a_byte_counts_are_refused() -> None:
    assert len(Bins.of(a_forest([*range(254)]), 2).threshold[1]) == 254

    with pytest.raises(TooManyThresholds):
        Bins.of(a_forest([*range(255)]), 2)


@given(
    st.lists(st.lists(st.floats(-8, 8, width=16), max_size=9, unique=True).map(sorted), min_size=1, max_size=5),
    st.integers(0, 2**32 - 1),
)
def test_a_values_code_is_where_it_would_be_put_among_the_thresholds(thresholds: list[list[float]], seed: int) -> None:
    bins = Bins(tuple(np.array(each, np.float32) for each in thresholds))
    known = np.array([*(value for each in thresholds for value in each), 0.0, -np.inf, np.inf, np.nan], np.float32)
    x = np.random.default_rng(seed).choice(known, (20, len(thresholds)))

    codes = bins.encode(x)

    for threshold, column, code in zip(bins.threshold, x.T, codes.T, strict=True):
        expected = np.where(np.isnan(column), MISSING, np.searchsorted(threshold, column))
        np.testing.assert_array_equal(code, expected)
