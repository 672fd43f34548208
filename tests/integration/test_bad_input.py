"""What nothing can be learned from: the new model is refused with the reason, and the one that serves stays."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from marquee.contracts.verdict import Decision, Verdict
from marquee.state.ratings import Ratings
from support.trainings import ENOUGH, LATER_MS, a_training
from support.worlds import DAY_MS, a_catalog, checkerboard
from trainer.champion import Champion
from trainer.config import TrainingConfig
from trainer.pipeline import train

pytestmark = pytest.mark.integration

A_CENTURY_MS = 36_500 * DAY_MS


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Champion:
    """A ranker that was judged."""
    judged = replace(a_training(ENOUGH), verdict=Verdict(decision=Decision.PROMOTED, is_judged=True))
    return Champion.opened(
        judged.write(tmp_path_factory.mktemp("models"), version="v1", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    )


def with_stars(stars: float) -> Ratings:
    world = checkerboard(n_users=20)
    return replace(world, rating=np.full(len(world), stars, np.float32))


def at_once() -> Ratings:
    world = checkerboard(n_users=20)
    return replace(world, rated_at=np.full(len(world), world.rated_at[0]))


def with_a_fast_clock() -> Ratings:
    world = checkerboard(n_users=20)
    rated_at = world.rated_at.copy()
    rated_at[-3:] += A_CENTURY_MS
    return replace(world, rated_at=rated_at)


def of_one_movie() -> Ratings:
    world = checkerboard(n_users=20)
    return world.take(world.movie_id == 2)


@pytest.mark.parametrize(
    "ratings",
    [
        checkerboard(n_users=3),
        checkerboard(n_users=1),
        with_stars(3.0),
        with_stars(5.0),
        at_once(),
        with_a_fast_clock(),
        of_one_movie(),
    ],
    ids=["too few", "one user", "all mild", "all five stars", "one moment", "a clock in the future", "one movie"],
)
def test_what_cannot_be_judged_leaves_a_judged_model_in_place(ratings: Ratings, champion: Champion) -> None:
    as_of_ms = max(LATER_MS, int(ratings.rated_at.max()))

    parts = train(ratings, a_catalog(), as_of_ms=as_of_ms, config=TrainingConfig(seed=0), champion=champion)

    assert parts.verdict is not None
    assert parts.verdict.decision is Decision.REFUSED
    assert "too few lists to judge" in " ".join(parts.verdict.reasons)
    assert "v1, which was judged, stays" in " ".join(parts.verdict.reasons)


def test_a_champion_whose_bundle_is_gone_is_nothing_that_has_to_stay(tmp_path: Path) -> None:
    gone = Champion.opened(tmp_path / "v1")

    parts = train(checkerboard(n_users=3), a_catalog(), as_of_ms=LATER_MS, config=TrainingConfig(seed=0), champion=gone)

    assert parts.verdict is not None
    assert parts.verdict.is_promoted
    assert parts.verdict.champion == "v1"
