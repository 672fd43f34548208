"""The score that is served is the ONNX file's: not the trees' that account for it, and not LightGBM's."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from marquee.arrays import Float32Array, FloatArray
from marquee.bundle import Bundle, BundleRefused
from marquee.explanation.attribution import contributions
from ranker.explain.reasons import ReasonsDoNotAddUp, user_reasons
from ranker.ranking import Ranked, rank_user
from ranker.scoring import RankerModel
from ranker.stopwatch import Stopwatch
from support.serving import KNOWN, bundle_of, serving
from support.similar import with_similar_model
from support.trainings import ENOUGH


@pytest.fixture
def mixed() -> Bundle:
    """A bundle whose ONNX file is not the model that its trees are."""
    bundle = bundle_of(ENOUGH)
    assert bundle.trees is not None
    return replace(bundle, trees=replace(bundle.trees, account=1.5 * bundle.trees.account))


def ranked_with(bundle: Bundle) -> Ranked:
    used = serving(bundle)
    return rank_user(used.model, used.movies, KNOWN, k=20)


def onnx_scores(bundle: Bundle, features: Float32Array) -> FloatArray:
    assert bundle.onnx is not None
    session = onnxruntime.InferenceSession(bundle.onnx, providers=["CPUExecutionProvider"])
    scores: Float32Array = session.run(None, {session.get_inputs()[0].name: features})[0]
    return scores.reshape(-1).astype(np.float64)


def trees_scores(bundle: Bundle, features: Float32Array) -> FloatArray:
    assert bundle.trees is not None
    total: FloatArray = bundle.trees.base + contributions(bundle.trees, features).sum(axis=1)
    return total


def test_a_score_is_what_the_onnx_file_gives_for_the_features(mixed: Bundle) -> None:
    for bundle in (bundle_of(ENOUGH), mixed):
        ranked = ranked_with(bundle)
        assert ranked.model_input is not None
        np.testing.assert_array_equal(ranked.score, onnx_scores(bundle, ranked.model_input.x))
        assert (np.diff(ranked.score) <= 0).all(), "and the order is by it"


def test_an_onnx_file_that_differs_from_the_trees_is_served_but_never_explained(mixed: Bundle) -> None:
    ranked = ranked_with(mixed)

    assert ranked.model_input is not None
    assert np.abs(ranked.score - trees_scores(mixed, ranked.model_input.x)).max() > 1e-3
    with pytest.raises(ReasonsDoNotAddUp):
        user_reasons(ranked, serving(mixed), str, Stopwatch(lambda: 0.0))


@pytest.mark.parametrize("onnx", [b"", b"no model"])
def test_an_onnx_file_that_cannot_be_opened_refuses_the_bundle(onnx: bytes) -> None:
    with pytest.raises(BundleRefused):
        RankerModel.of(replace(bundle_of(ENOUGH), onnx=onnx))


def test_trees_that_account_by_an_unknown_code_refuse_the_bundle() -> None:
    bundle = bundle_of(ENOUGH)
    assert bundle.trees is not None
    families = ("luck", *bundle.trees.families[1:])

    with pytest.raises(BundleRefused, match="luck"):
        RankerModel.of(replace(bundle, trees=replace(bundle.trees, families=families)))


def test_a_bundle_whose_model_of_similar_movies_is_broken_is_refused() -> None:
    bundle = with_similar_model().model.bundle
    assert bundle.similar is not None

    for onnx in (b"", bundle.similar.onnx[:-100], bundle_of(ENOUGH).onnx or b""):
        with pytest.raises(BundleRefused):
            RankerModel.of(replace(bundle, similar=replace(bundle.similar, onnx=onnx)))
