"""Attribution against LightGBM's own predictions and a walk node by node."""

from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest

from marquee.arrays import Float32Array, FloatArray
from marquee.explanation.attribution import contributions
from marquee.explanation.lightgbm_dump import float32_below, read_dump
from marquee.explanation.trees import Trees, leaves

FAMILY_OF = ("a", "a", "b", "b", "c")


def rows_with_gaps(n: int, seed: int) -> Float32Array:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(FAMILY_OF))).astype(np.float32)
    x[rng.random(x.shape) < 0.1] = np.nan
    return x


@pytest.fixture(scope="module")
def booster() -> lgb.Booster:
    x = rows_with_gaps(2_000, 0)
    y = np.nan_to_num(x[:, 0]) * 2 + np.isnan(x[:, 1]) + np.nan_to_num(x[:, 2] * x[:, 3])
    parameters = {"objective": "regression", "num_leaves": 15, "verbosity": -1, "num_threads": 1, "seed": 0}
    return lgb.train(parameters, lgb.Dataset(x, y), num_boost_round=30)


def test_base_and_families_add_up_to_the_score_with_missing_values_too(booster: lgb.Booster) -> None:
    x = rows_with_gaps(300, 1)
    trees = read_dump(booster.dump_model(), FAMILY_OF)

    added = contributions(trees, x)

    np.testing.assert_allclose(trees.base + added.sum(axis=1), booster.predict(x), atol=1e-6)


def test_rows_with_missing_values_reach_lightgbms_leaves(booster: lgb.Booster) -> None:
    x = rows_with_gaps(300, 2)

    reached = leaves(read_dump(booster.dump_model(), FAMILY_OF), x).T

    assert np.array_equal(reached, booster.predict(x, pred_leaf=True))


@pytest.mark.parametrize("leaves_at_most", [2, 15, 16, 17, 31, 33, 63, 64, 65, 90])
def test_rows_reach_lightgbms_leaves_in_trees_of_any_size(leaves_at_most: int) -> None:
    x = rows_with_gaps(3_000, 6)
    y = np.nan_to_num(x).sum(axis=1) + np.nan_to_num(x[:, 0] * x[:, 1])
    parameters = {"num_leaves": leaves_at_most, "min_data_in_leaf": 3, "verbosity": -1, "num_threads": 1}
    booster = lgb.train(parameters, lgb.Dataset(x, y), num_boost_round=5)
    trees = read_dump(booster.dump_model(), FAMILY_OF)

    reached = leaves(trees, x[:300]).T

    assert (trees.fences is None) == (leaves_at_most > 64)
    assert contributions(trees, x[:0]).shape == (0, 3)
    assert np.array_equal(reached, booster.predict(x[:300], pred_leaf=True))


def test_the_attribution_equals_a_walk_node_by_node(booster: lgb.Booster) -> None:
    x = rows_with_gaps(20, 3)
    dump = booster.dump_model()

    added = contributions(read_dump(dump, FAMILY_OF), x)

    expected = np.array([naive(dump, row) for row in x])
    np.testing.assert_allclose(added, expected, atol=1e-9)


def test_saved_and_loaded_trees_attribute_alike(booster: lgb.Booster, tmp_path: Path) -> None:
    x = rows_with_gaps(20, 4)
    trees = read_dump(booster.dump_model(), FAMILY_OF)
    trees.save(tmp_path / "trees.npz")

    loaded = Trees.load(tmp_path / "trees.npz")

    assert loaded.families == trees.families
    assert loaded.base == trees.base
    assert np.array_equal(contributions(loaded, x), contributions(trees, x))


def test_the_value_of_a_tree_with_one_leaf_is_the_base() -> None:
    dump = {"tree_info": [{"tree_structure": {"leaf_value": 0.25}}]}

    trees = read_dump(dump, FAMILY_OF)

    assert trees.base == 0.25
    assert (contributions(trees, rows_with_gaps(3, 5)) == 0).all()


def naive(dump: dict[str, Any], row: Float32Array) -> FloatArray:
    """One row, one node at a time."""
    total = np.zeros(3)
    for info in dump["tree_info"]:
        node = info["tree_structure"]
        while "split_index" in node:
            value = row[node["split_feature"]]
            left = node["default_left"] if np.isnan(value) else float(value) <= node["threshold"]
            child = node["left_child" if left else "right_child"]
            total["abc".index(FAMILY_OF[node["split_feature"]])] += mean(child)[0] - mean(node)[0]
            node = child
    return total


def mean(node: dict[str, Any]) -> tuple[float, float]:
    if "split_index" not in node:
        return node["leaf_value"], node["leaf_count"]
    (a, n), (b, m) = mean(node["left_child"]), mean(node["right_child"])
    return (a * n + b * m) / (n + m), n + m


def test_a_float32_threshold_splits_float32_values_as_the_float64_one_does() -> None:
    threshold = np.array([0.1, 0.3, 1.0, 1e-50, 1.8e308])
    single = float32_below(threshold)
    near = np.concatenate([np.nextafter(single, np.float32(side)) for side in (-np.inf, np.inf)] + [single])

    for exact, cut in zip(threshold, single, strict=True):
        assert np.array_equal(near.astype(np.float64) <= exact, near <= cut)
