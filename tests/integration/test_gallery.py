"""The gallery of broken models: each is trained for real, refused, and the reason names what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from marquee.contracts.verdict import Decision, Outcome, Verdict
from marquee.features.vector import NAMES
from marquee.retrieval import content
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard
from trainer import pipeline
from trainer.champion import Champion
from trainer.config import TrainingConfig
from trainer.evidence import HeldOut
from trainer.lists import TrainingLists
from trainer.pipeline import train, train_ranker, window_lists
from trainer.windows import Window, cut

pytestmark = pytest.mark.integration

N_USERS, N_MOVIES = 200, 60
LATER_MS = 2_000_000_000_000
CONFIG = TrainingConfig(seed=0).with_settings(["gate.min_users=10"])
"""A small world: its newest window has few users, who differ little."""
Broken = Callable[[TrainingLists], TrainingLists]


@dataclass(frozen=True)
class World:
    """A world of two colours, in which odd users like odd movies, and what a training makes of it."""

    ratings: Ratings
    catalog: MovieTable
    lists: TrainingLists
    held_out: HeldOut

    def verdict(
        self, lists: TrainingLists, config: TrainingConfig = CONFIG, champion: Champion | None = None
    ) -> Verdict:
        return train_ranker(lists, self.held_out, self.catalog, config, lambda _: None, champion=champion).verdict


def prepared(windows: list[Window], catalog: MovieTable) -> tuple[TrainingLists, HeldOut]:
    terms = content.fit(catalog, CONFIG.retrieval.content)
    lists, held_out = window_lists(windows, catalog, terms, CONFIG, lambda _: None)
    assert held_out is not None
    return lists, held_out


def windows_of(ratings: Ratings) -> list[Window]:
    return cut(ratings, CONFIG.windows.cuts, label_share=CONFIG.windows.label_share)


@pytest.fixture(scope="module")
def world() -> World:
    ratings, catalog = checkerboard(N_USERS, N_MOVIES, each=20), a_catalog(N_MOVIES, with_people=True)
    return World(ratings, catalog, *prepared(windows_of(ratings), catalog))


@pytest.fixture(scope="module")
def champion(world: World, tmp_path_factory: pytest.TempPathFactory) -> Champion:
    """Trained on all but the newest tenth of the ratings."""
    earlier = world.ratings.in_time_order().take(slice(0, len(world.ratings) * 9 // 10))
    return served(earlier, world.catalog, tmp_path_factory.mktemp("models"))


def served(ratings: Ratings, catalog: MovieTable, folder: Path) -> Champion:
    parts = train(ratings, catalog, as_of_ms=LATER_MS, config=CONFIG)
    assert parts.verdict is not None
    assert parts.verdict.is_judged
    return Champion.opened(parts.write(folder, version="champion", created_at=datetime(2026, 1, 1, tzinfo=UTC)))


def failed(verdict: Verdict) -> list[str]:
    return [check.name for check in verdict.checks if check.outcome is Outcome.FAILED]


def test_a_model_that_is_not_broken_is_promoted_and_judged(world: World, champion: Champion) -> None:
    verdict = world.verdict(world.lists, champion=champion)

    assert verdict.decision is Decision.PROMOTED, verdict.reasons
    assert verdict.is_judged
    assert verdict.champion == "champion"
    compared = {check.name: check.outcome for check in verdict.checks}
    assert compared["against the champion"] is Outcome.PASSED
    assert compared["against the best baseline"] is Outcome.PASSED


def flipped(lists: TrainingLists) -> TrainingLists:
    return replace(lists, label=1 - lists.label)


def permuted(lists: TrainingLists) -> TrainingLists:
    features = lists.features.copy()
    at = NAMES.index(SHUFFLED)
    features[:, at] = np.random.default_rng(0).permutation(features[:, at])
    return replace(lists, features=features)


SHUFFLED = "ease_taste"


def in_another_order(lists: TrainingLists) -> TrainingLists:
    return replace(lists, features=np.ascontiguousarray(lists.features[:, ::-1]))


def without_numbers(lists: TrainingLists) -> TrainingLists:
    return replace(lists, features=np.full_like(lists.features, np.nan))


@pytest.mark.parametrize(
    ("broken", "check", "reason"),
    [
        (flipped, "against the best baseline", "nDCG@10 against the best single model"),
        (permuted, "features as served", f"not what serving computes: {SHUFFLED}"),
        (in_another_order, "features as served", "not what serving computes"),
        (without_numbers, "features known", "features are NaN in every row"),
    ],
    ids=["labels flipped", "a feature permuted", "wrong feature order", "NaN everywhere"],
)
def test_a_model_of_broken_lists_is_refused(world: World, broken: Broken, check: str, reason: str) -> None:
    verdict = world.verdict(broken(world.lists))

    assert verdict.decision is Decision.REFUSED
    assert check in failed(verdict)
    assert any(reason in one for one in verdict.reasons)


def test_labels_flipped_are_refused_by_the_champion_too(world: World, champion: Champion) -> None:
    assert "against the champion" in failed(world.verdict(flipped(world.lists), champion=champion))


def test_a_model_that_knows_the_future_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retrieval is fitted on all ratings, those that are asked for included."""
    honest = pipeline.fit_retrieval
    monkeypatch.setattr(pipeline, "fit_retrieval", lambda _, *rest, **named: honest(world.ratings, *rest, **named))
    lists, held_out = prepared(windows_of(world.ratings), world.catalog)

    verdict = replace(world, held_out=held_out).verdict(lists)

    assert verdict.decision is Decision.REFUSED
    assert any("the future leaked" in one for one in verdict.reasons)


def test_ten_times_the_trees_are_too_slow(world: World) -> None:
    """This world's lists are shorter than real ones, so the limit is four times what the usual trees take."""
    usual = next(check.value for check in world.verdict(world.lists).checks if check.name == "scoring time")
    assert usual is not None
    many = CONFIG.model_copy(
        update={
            "ranker": CONFIG.ranker.model_copy(update={"min_trees": 1_000, "max_trees": 1_000, "usual_trees": 1_000}),
            "gate": CONFIG.gate.model_copy(update={"scoring_ms": 4 * usual}),
        }
    )

    verdict = world.verdict(world.lists, many)

    assert "scoring time" in failed(verdict)
    assert any("1000 trees score a list in" in one for one in verdict.reasons)


def test_a_model_of_half_the_movies_is_refused(world: World, champion: Champion) -> None:
    half = a_catalog(N_MOVIES // 2, with_people=True)

    parts = train(world.ratings, half, as_of_ms=LATER_MS, config=CONFIG, champion=champion)

    assert parts.verdict is not None
    assert parts.verdict.decision is Decision.REFUSED
    assert any("it knows 50.0% of the champion's movies" in one for one in parts.verdict.reasons)
    assert any("of the log's ratings are of listed movies" in one for one in parts.verdict.reasons)


def test_where_nothing_serves_the_retrieval_of_a_refused_ranker_does(world: World) -> None:
    half = a_catalog(N_MOVIES // 2, with_people=True)

    parts = train(world.ratings, half, as_of_ms=LATER_MS, config=CONFIG)

    assert parts.onnx is None
    assert parts.verdict is not None
    assert parts.verdict.is_promoted
    assert not parts.verdict.is_judged
    assert "the ranker was refused, and no other one serves" in parts.reason
    assert parts.metrics == {}
