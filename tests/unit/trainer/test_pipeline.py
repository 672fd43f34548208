"""Training end to end in a world with a known answer; the gate; what happens with too little data."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from marquee.bundle import BundleParts, load_bundle
from marquee.explanation.attribution import contributions
from marquee.features.vector import NAMES
from marquee.retrieval import content
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard
from trainer.code_version import code_version
from trainer.config import TrainingConfig
from trainer.executor import HERE
from trainer.export_onnx import OnnxDiffers, Parity, gate, onnx_scores, to_onnx, with_float32_thresholds
from trainer.lists import TrainingLists
from trainer.pipeline import CannotTrain, train
from trainer.window_lists import Inputs, window_lists

NOW = datetime(2020, 1, 1, tzinfo=UTC)
LATER_MS = 2_000_000_000_000


def test_training_on_a_checkerboard_gives_a_bundle_with_a_model_that_loads(
    trained: BundleParts, tmp_path: Path
) -> None:
    path = trained.write(tmp_path, version="v1", created_at=NOW)

    bundle = load_bundle(path)

    assert bundle.manifest.ranker == "lambdarank"
    assert bundle.trees is not None
    assert set(trained.report["systems"]) == {
        "marquee",
        "popularity",
        "decayed_popularity",
        "item_knn",
        "rp3beta",
        "ease",
    }


def test_too_few_ratings_give_a_bundle_that_orders_by_retrieval_and_says_why(tmp_path: Path) -> None:
    few = checkerboard(n_users=3)

    model = train(few, a_catalog(), as_of_ms=LATER_MS, config=TrainingConfig(seed=0))

    manifest = load_bundle(model.write(tmp_path, version="v1", created_at=NOW)).manifest
    assert manifest.ranker == "retrieval_order"
    assert "training lists" in manifest.reason


def test_ratings_of_unknown_movies_alone_are_nothing_to_learn_from() -> None:
    with pytest.raises(CannotTrain, match="nothing to learn from"):
        train(Ratings.empty(), a_catalog(), as_of_ms=LATER_MS, config=TrainingConfig(seed=0))


def test_onnx_takes_the_same_branch_for_values_on_a_threshold() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((3_000, 4)).astype(np.float32)
    y = (x[:, 0] > 0.3).astype(float) + x[:, 1]
    booster = lgb.train(
        {"objective": "regression", "verbosity": -1, "num_threads": 1}, lgb.Dataset(x, y), num_boost_round=20
    )
    single = with_float32_thresholds(booster)
    thresholds = single.trees_to_dataframe()["threshold"].dropna().to_numpy()
    on_threshold = np.repeat(thresholds.astype(np.float32)[:, None], 4, axis=1)

    scores = onnx_scores(to_onnx(single), on_threshold)

    np.testing.assert_allclose(scores, booster.predict(on_threshold), atol=1e-5)


def test_a_trained_model_branches_alike_as_onnx_and_as_trees_around_every_threshold(trained: BundleParts) -> None:
    """Of each feature: the values on and just above its thresholds, while all other features are unknown."""
    assert trained.onnx is not None
    assert trained.trees is not None
    is_split = np.isfinite(trained.trees.threshold)
    feature, on = trained.trees.feature[is_split], trained.trees.threshold[is_split]
    x = np.full((2 * len(on), len(NAMES)), np.nan, np.float32)
    largest = np.finfo(np.float32).max  # the threshold of a split that only tells unknown values from all others
    above = np.nextafter(on, np.where(on < largest, np.float32(np.inf), largest))
    x[np.arange(len(x)), np.tile(feature, 2)] = np.concatenate([on, above])

    by_trees = trained.trees.base + contributions(trained.trees, x).sum(axis=1)

    assert len(on) > 100
    np.testing.assert_allclose(onnx_scores(trained.onnx, x), by_trees, atol=1e-4)


def test_neither_features_nor_trial_labels_know_of_the_newest_window() -> None:
    """All ratings of the newest window are replaced by others; only the lists of the final ranker may change."""
    config = TrainingConfig(seed=0).with_settings(["part_lists.windows=2", "part_lists.per_list=1"])
    catalog = a_catalog(with_people=True)
    terms = content.fit(catalog, config.retrieval.content)
    ratings = checkerboard(n_users=40)
    at_any_time = np.random.default_rng(0).permutation(ratings.rated_at)  # so that everybody comes back
    ratings = replace(ratings, rated_at=at_any_time).in_time_order()
    other = replace(ratings, rating=ratings.rating.copy())
    newest = slice(round(0.9 * len(ratings)), None)
    other.rating[newest] = 5.5 - other.rating[newest]

    def before_the_newest(of: Ratings) -> TrainingLists:
        inputs = Inputs.of(of, catalog, terms, config)
        lists, _ = window_lists(HERE.share(inputs), lambda _: None)
        return lists.take(lists.window < len(inputs.bounds) - 1)

    one, two = before_the_newest(ratings), before_the_newest(other)

    assert one.label.sum() != two.label.sum()
    assert len(one.for_trial()) > 0
    for name in ("features", "label", "size", "window"):
        np.testing.assert_array_equal(getattr(one.for_trial(), name), getattr(two.for_trial(), name))


def test_trees_without_a_split_convert_too() -> None:
    x = np.random.default_rng(0).random((50, 2))
    options = {"objective": "regression", "verbosity": -1, "min_data_in_leaf": 40}
    stump = lgb.train(options, lgb.Dataset(x, x[:, 0]), num_boost_round=1)

    scores = onnx_scores(to_onnx(with_float32_thresholds(stump)), x.astype(np.float32))

    np.testing.assert_allclose(scores, stump.predict(x), atol=1e-5)


@pytest.mark.parametrize(
    "found", [Parity(0.99, 1.0, 10, 10), Parity(1.0, 0.0, 9, 10)], ids=["scores differ", "an order differs"]
)
def test_an_onnx_model_that_ranks_differently_does_not_pass_the_gate(found: Parity) -> None:
    with pytest.raises(OnnxDiffers):
        gate(found)


def test_the_bundle_says_with_which_configuration_and_code_it_was_made(trained: BundleParts, tmp_path: Path) -> None:
    made_with = load_bundle(trained.write(tmp_path, version="v1", created_at=NOW)).manifest.made_with

    assert made_with is not None
    assert TrainingConfig.model_validate(made_with.config) == TrainingConfig(seed=0)
    assert made_with.code_version == code_version()


def test_the_bundle_keeps_how_its_features_were_distributed_in_the_newest_window(
    trained: BundleParts, tmp_path: Path
) -> None:
    distribution = load_bundle(trained.write(tmp_path, version="v1", created_at=NOW)).distribution

    assert distribution is not None
    by_name = dict(zip(NAMES, zip(distribution.known, distribution.varies, strict=True), strict=True))
    assert by_name["ease_taste"] == (1, 1)
    assert by_name["user_count_log"] == (1, 0)  # the same for all movies of a user's list
    np.testing.assert_allclose(distribution.shares.sum(axis=1), 1)


def test_the_newest_window_is_made_first_and_the_lists_come_in_the_order_of_time() -> None:
    told: list[str] = []
    config = TrainingConfig(seed=0).with_settings(["windows.cuts=0.5,0.6,0.8"])
    catalog = a_catalog()
    terms = content.fit(catalog, config.retrieval.content)

    inputs = Inputs.of(checkerboard(n_users=40), catalog, terms, config)
    lists, held_out = window_lists(HERE.share(inputs), told.append)

    assert [one.partition(":")[0] for one in told] == ["window 3 of 3", "window 2 of 3", "window 1 of 3"]
    assert held_out is not None
    assert sorted(set(lists.window.tolist())) == [0, 1, 2]
    assert (np.diff(lists.window) >= 0).all()
