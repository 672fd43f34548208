"""The gallery of broken models: each is trained for real, refused, and the reason names what is wrong with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from marquee.contracts.verdict import Outcome, Verdict
from support.broken_models import (
    CONFIG,
    N_MOVIES,
    SHUFFLED,
    Breakage,
    World,
    a_feature_permuted,
    in_another_order,
    labels_flipped,
    prepared,
    without_numbers,
)
from support.trainings import LATER_MS
from support.worlds import a_catalog
from trainer import window_lists
from trainer.champion import Champion
from trainer.pipeline import train

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def world() -> World:
    return World.made()


@pytest.fixture(scope="module")
def champion(world: World, tmp_path_factory: pytest.TempPathFactory) -> Champion:
    return world.champion(tmp_path_factory.mktemp("models"))


def failed(verdict: Verdict) -> list[str]:
    return [check.name for check in verdict.checks if check.outcome is Outcome.FAILED]


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_model_trained_again_is_promoted_whatever_the_seed(
    world: World, champion: Champion, seed: int
) -> None:
    verdict = world.verdict(world.lists, champion, CONFIG.model_copy(update={"seed": seed}))

    assert failed(verdict) == []
    assert verdict.is_promoted
    assert verdict.is_judged
    assert verdict.champion == "champion"


def test_a_model_trained_again_from_the_same_ratings_is_as_good_as_the_champion(world: World, tmp_path: Path) -> None:
    verdict = world.verdict(world.lists, world.champion(tmp_path, share=1.0))

    against = next(check for check in verdict.checks if check.name == "against the champion")
    assert against.outcome is Outcome.PASSED
    assert (against.mean, against.low, against.high) == pytest.approx((0, 0, 0), abs=1e-12)


@pytest.mark.parametrize(
    ("broken", "check", "reason"),
    [
        (labels_flipped, "against the champion", "nDCG@10 against the champion champion: -0."),
        (a_feature_permuted, "features as served", f"not what serving computes: {SHUFFLED}"),
        (in_another_order, "features as served", "not what serving computes"),
        (without_numbers, "features known", "features are NaN in every row"),
    ],
)
def test_a_model_of_broken_lists_is_refused(
    world: World, champion: Champion, broken: Breakage, check: str, reason: str
) -> None:
    verdict = world.verdict(broken(world.lists), champion)

    assert verdict.outcome is Outcome.FAILED
    assert not verdict.is_promoted
    assert check in failed(verdict)
    assert any(reason in one for one in verdict.reasons)


def test_a_model_whose_retrieval_knows_the_future_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = window_lists.fit_retrieval  # type: ignore[attr-defined]  # the name by which it is called
    monkeypatch.setattr(window_lists, "fit_retrieval", lambda _, *rest, **named: honest(world.ratings, *rest, **named))
    lists, held_out = prepared(world.ratings, world.catalog)

    verdict = replace(world, held_out=held_out).verdict(lists)

    assert "no future" in failed(verdict)
    assert any("the future leaked" in one for one in verdict.reasons)


def test_a_model_whose_labels_know_the_future_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The trial ranker learns what users like in the newest window, on which it is judged."""
    honest = window_lists.described_examples  # type: ignore[attr-defined]  # the name by which it is called

    def leaky(*given: Any, newest_ms: int) -> Any:
        return honest(*given, newest_ms=newest_ms + LATER_MS)

    monkeypatch.setattr(window_lists, "described_examples", leaky)
    lists, held_out = prepared(world.ratings, world.catalog)

    verdict = replace(world, held_out=held_out).verdict(lists)

    assert "no future" in failed(verdict)
    assert any("the future leaked" in one for one in verdict.reasons)


def test_ten_times_the_trees_are_too_many(world: World) -> None:
    many = CONFIG.with_settings(["ranker.min_trees=1000", "ranker.usual_trees=1000", "ranker.max_trees=1000"])
    few = world.lists.take(world.lists.window == world.lists.window.max())

    verdict = world.verdict(few, config=many)

    assert "size" in failed(verdict)
    assert "1000 trees, at most 400 are fast enough" in verdict.reasons


def test_a_model_of_half_the_movies_is_refused(world: World, champion: Champion) -> None:
    half = a_catalog(N_MOVIES // 2, with_people=True)

    parts = train(world.ratings, half, as_of_ms=LATER_MS, config=CONFIG, champion=champion)

    assert parts.onnx is not None  # kept, so that one can look at it
    assert parts.verdict is not None
    assert not parts.verdict.is_promoted
    assert any("it knows 50.0% of the champion's movies" in one for one in parts.verdict.reasons)
    assert any("of the log's ratings are of listed movies" in one for one in parts.verdict.reasons)


def test_where_nothing_serves_retrieval_does_in_place_of_a_refused_ranker(world: World) -> None:
    half = a_catalog(N_MOVIES // 2, with_people=True)

    parts = train(world.ratings, half, as_of_ms=LATER_MS, config=CONFIG)

    assert parts.onnx is None
    assert parts.verdict is not None
    assert parts.verdict.is_promoted
    assert not parts.verdict.is_judged
    assert "the ranker was refused, and no other one serves" in parts.reason
    assert parts.metrics == {}
