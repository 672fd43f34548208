"""What nothing can be learned from: the new model is refused with the reason, and the one that serves stays."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from marquee.bundle import read_manifest
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.contracts.verdict import Outcome, Verdict
from marquee.state.ratings import Ratings
from marquee.stores.event_log import EventLog
from support.broken_models import CONFIG, N_MOVIES, returning_users
from support.builders import a_movie, chunks, in_batches
from support.trainings import ENOUGH, LATER_MS, a_training
from support.worlds import DAY_MS, START_MS, a_catalog, checkerboard
from trainer import job
from trainer.champion import Champion
from trainer.child import Done
from trainer.config import TrainingConfig
from trainer.pipeline import CannotTrain, train

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 1, tzinfo=UTC)
A_CENTURY_MS = 36_500 * DAY_MS


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Champion:
    """A ranker that was judged."""
    verdict = Verdict(outcome=Outcome.PASSED, is_promoted=True, is_judged=True)
    judged = replace(a_training(ENOUGH), verdict=verdict)
    return Champion.opened(judged.write(tmp_path_factory.mktemp("models"), version="v1", created_at=NOW))


def with_stars(stars: float) -> Ratings:
    world = returning_users()
    return replace(world, rating=np.full(len(world), stars, np.float32))


def at_once() -> Ratings:
    world = returning_users()
    return replace(world, rated_at=np.full(len(world), START_MS))


def of_one_movie() -> Ratings:
    world = returning_users()
    return world.take(world.movie_id == 2)


@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (checkerboard(n_users=3), "training lists, 20 are needed for a ranker"),
        (checkerboard(n_users=1), "training lists, 20 are needed for a ranker"),
        (with_stars(3.0), "0 training lists, 20 are needed for a ranker"),
        (at_once(), "0 users, 20 are needed"),
        (of_one_movie(), "0 training lists, 20 are needed for a ranker"),
    ],
    ids=["too few", "one user", "all ratings equal", "one moment", "one movie"],
)
def test_what_cannot_be_judged_leaves_a_judged_model_in_place(
    ratings: Ratings, reason: str, champion: Champion
) -> None:
    parts = train(ratings, a_catalog(N_MOVIES), as_of_ms=LATER_MS, config=CONFIG, champion=champion)

    assert parts.verdict is not None
    assert not parts.verdict.is_promoted
    why = "; ".join(parts.verdict.reasons)
    assert why.startswith("too few lists to judge")
    assert reason in why
    assert "v1, which was judged, stays" in why


@pytest.mark.parametrize(
    ("ratings", "with_people"), [(with_stars(5.0), True), (returning_users(), False)], ids=["all liked", "no metadata"]
)
def test_what_can_be_judged_is_judged_however_poor_it_is(
    ratings: Ratings, with_people: bool, champion: Champion
) -> None:
    catalog = a_catalog(N_MOVIES, with_people=with_people)

    parts = train(ratings, catalog, as_of_ms=LATER_MS, config=CONFIG, champion=champion)

    assert parts.verdict is not None
    assert parts.verdict.is_judged


def test_a_champion_whose_bundle_is_gone_is_nothing_that_has_to_stay(tmp_path: Path) -> None:
    gone = Champion.opened(tmp_path / "v1")

    parts = train(checkerboard(n_users=3), a_catalog(), as_of_ms=LATER_MS, config=TrainingConfig(seed=0), champion=gone)

    assert parts.verdict is not None
    assert parts.verdict.is_promoted
    assert parts.verdict.champion == "v1"


def a_log(folder: Path, ratings: Ratings) -> EventLog:
    log = EventLog(str(folder / "log"))
    listed = [a_movie(movie_id=movie) for movie in range(1, N_MOVIES + 1)]
    for batch in [*in_batches(CATALOG, listed), *in_batches(RATINGS, chunks(ratings))]:
        log.append(batch)
    return log


def trained(folder: Path, champion: Champion) -> Verdict | None:
    """The verdict on the model that the training process makes of the folder's log."""
    sent: list[BaseModel] = []
    assert champion.bundle is not None
    served = champion.bundle.path
    job.run(str(folder / "log"), folder, version="v2", seed=0, champion=served, created_at=NOW, send=sent.append)
    assert isinstance(sent[-1], Done)
    return read_manifest(folder / "v2").verdict


def with_a_fast_clock(every: int) -> Ratings:
    """Each so many-th rating is a century ahead."""
    ratings = checkerboard(n_users=6)
    rated_at = ratings.rated_at.copy()
    rated_at[::every] += A_CENTURY_MS
    return replace(ratings, rated_at=rated_at)


def test_a_few_ratings_of_the_future_are_not_learned_from(tmp_path: Path, champion: Champion) -> None:
    a_log(tmp_path, with_a_fast_clock(every=8))

    trained(tmp_path, champion)

    manifest = read_manifest(tmp_path / "v2")
    assert manifest.counts["ratings"] == 84  # of 96
    assert manifest.as_of_ms < NOW.timestamp() * 1_000


def test_many_ratings_of_the_future_are_named_and_give_no_model(tmp_path: Path, champion: Champion) -> None:
    a_log(tmp_path, with_a_fast_clock(every=2))

    with pytest.raises(CannotTrain, match="48 of 96 ratings are of the future: a clock is ahead"):
        trained(tmp_path, champion)

    assert not (tmp_path / "v2").exists()


def test_a_corrupt_file_of_the_log_is_named_and_gives_no_model(tmp_path: Path, champion: Champion) -> None:
    a_log(tmp_path, checkerboard(n_users=20))
    file = next((tmp_path / "log" / RATINGS.name).rglob("*.parquet"))
    file.write_bytes(file.read_bytes()[:-20])

    with pytest.raises(CannotTrain, match=f"the event log cannot be read: .*{file.name}"):
        trained(tmp_path, champion)

    assert not (tmp_path / "v2").exists()
