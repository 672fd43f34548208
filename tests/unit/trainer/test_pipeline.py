"""Training end to end in a world with a known answer; the gate; what happens with too little data."""

from datetime import UTC, datetime
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from marquee.bundle import BundleRefused, load_bundle
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard
from trainer.export_onnx import Parity, gate, onnx_scores, to_onnx, with_float32_thresholds
from trainer.pipeline import CannotTrain, TrainedModel, train

NOW = datetime(2020, 1, 1, tzinfo=UTC)
LATER_MS = 2_000_000_000_000


def a_training(seed: int = 0) -> TrainedModel:
    ratings = checkerboard(n_users=80)
    return train(ratings, a_catalog(), as_of_ms=LATER_MS, seed=seed)


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    return a_training()


def test_given_a_checkerboard_when_trained_then_the_bundle_holds_a_model_that_loads(
    trained: TrainedModel, tmp_path: Path
) -> None:
    path = trained.write(tmp_path, version="v1", created_at=NOW)

    bundle = load_bundle(path)

    assert bundle.manifest.ranker == "lambdarank"
    assert bundle.trees is not None
    assert set(trained.report["systems"]) == {"marquee", "popularity", "decayed_popularity", "rp3beta", "ease"}


def test_given_the_same_seed_when_trained_again_then_model_and_report_are_the_same(trained: TrainedModel) -> None:
    again = a_training()

    assert again.parts.onnx == trained.parts.onnx
    assert again.report == trained.report


def test_given_hardly_any_ratings_when_trained_then_retrieval_order_serves_and_says_why(tmp_path: Path) -> None:
    few = checkerboard(n_users=3)

    model = train(few, a_catalog(), as_of_ms=LATER_MS, seed=0)

    manifest = load_bundle(model.write(tmp_path, version="v1", created_at=NOW)).manifest
    assert manifest.ranker == "retrieval_order"
    assert "training lists" in manifest.reason


def test_given_no_rating_of_a_known_movie_when_trained_then_one_clear_error_says_so() -> None:
    with pytest.raises(CannotTrain, match="nothing to learn from"):
        train(Ratings.empty(), a_catalog(), as_of_ms=LATER_MS, seed=0)


def test_given_ratings_after_the_time_when_trained_then_they_are_not_seen(trained: TrainedModel) -> None:
    ratings = checkerboard(n_users=80)
    strange = Ratings(ratings.user_id, ratings.movie_id, 5.5 - ratings.rating, ratings.rated_at + LATER_MS)

    with_later = train(Ratings.concat(ratings, strange), a_catalog(), as_of_ms=LATER_MS, seed=0)

    assert with_later.parts.onnx == trained.parts.onnx


def test_given_values_on_a_threshold_when_converted_then_onnx_takes_the_same_side() -> None:
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


@pytest.mark.parametrize(
    "found", [Parity(0.99, 1.0, 10, 10), Parity(1.0, 0.0, 9, 10)], ids=["scores differ", "an order differs"]
)
def test_given_an_onnx_model_that_differs_when_gated_then_it_is_refused(found: Parity) -> None:
    with pytest.raises(BundleRefused):
        gate(found)
