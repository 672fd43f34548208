"""Trainings one at a time: how they end, what is reported, what is kept."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from marquee.bundle import BundleParts, read_manifest
from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.errors import Refused
from marquee.kafka.publisher import Publisher
from marquee.settings import KafkaSettings
from support.trainer import Workshop
from support.wait import until
from trainer.announcing import Announcements
from trainer.bundle_folder import free_version, prune
from trainer.runs import Runs, trained_on
from trainer.schedule import TrainedOn

NOW = datetime(2026, 1, 1, 12, 0, 5, tzinfo=UTC)
NO_BROKER = KafkaSettings(bootstrap="127.0.0.1:1")


@pytest.fixture
def workshop(tmp_path: Path, modelless: BundleParts) -> Workshop:
    """A training process that delivers a finished bundle."""
    (tmp_path / "models").mkdir()
    modelless.write(tmp_path, version="finished", created_at=NOW)
    workshop = Workshop(tmp_path)
    workshop.does("deliver")
    return workshop


@pytest.fixture
async def runs(workshop: Workshop) -> AsyncIterator[Runs]:
    """Without a broker: what is promoted stays unannounced."""
    settings = workshop.settings(NO_BROKER, keep_models=2)
    consumer = AIOKafkaConsumer(bootstrap_servers=NO_BROKER.bootstrap)
    async with Publisher(NO_BROKER, timeout_s=1) as publisher:
        announcements = Announcements(NO_BROKER, publisher, consumer, settings.model_dir)
        yield Runs(settings, announcements, workshop.job)
    await consumer.stop()


async def test_a_training_that_ends_well_is_promoted_and_remembered(runs: Runs) -> None:
    await runs.begin(now=NOW, reason="first model")

    report = runs.training
    assert (report.phase, report.model_version, report.metrics) == ("done", "20260101T120005Z", {"ndcg_at_10": 0.5})
    assert report.announcement == "pending"
    assert runs.announcements.promoted is not None
    assert runs.announcements.promoted.reason == "first model"
    assert runs.trained_on == TrainedOn(100, 0)
    assert runs.past.failures == 0


async def test_a_refused_model_does_not_serve_and_the_reason_is_reported(runs: Runs, workshop: Workshop) -> None:
    await runs.begin(now=NOW, reason="first model")
    champion = runs.announcements.promoted
    workshop.does("refused", log_rows=200)

    await runs.begin(now=NOW, reason="the log has grown")

    report = runs.training
    assert runs.announcements.promoted == champion
    assert (report.phase, report.model_version) == ("done", "20260101T120005Z")
    assert report.message == "model 20260101T120005Z-002 refused: it ranks worse"
    assert report.verdict is not None
    assert not report.verdict.is_promoted
    assert runs.trained_on == TrainedOn(200, 0)  # the same log is not tried again
    assert runs.past.failures == 0


async def test_a_bundle_damaged_by_one_byte_does_not_serve(runs: Runs, workshop: Workshop) -> None:
    await runs.begin(now=NOW, reason="first model")
    champion = runs.announcements.promoted
    workshop.does("damage")

    await runs.begin(now=NOW, reason="the log has grown")

    assert runs.announcements.promoted == champion
    assert runs.training.phase == "failed"
    assert "catalog.npz: its sha256 is not the manifest's" in runs.training.message


async def test_a_failed_training_is_reported_and_leaves_the_place_free(runs: Runs, workshop: Workshop) -> None:
    workshop.does("crash")
    await runs.begin(now=NOW, reason="first model")

    failed, failures = runs.training, runs.past.failures
    workshop.does("deliver")
    await runs.begin(now=NOW, reason="again")

    assert (failed.phase, failures) == ("failed", 1)
    assert "RuntimeError: a bug of ours" in failed.message
    assert (runs.training.phase, runs.past.failures) == ("done", 0)


async def test_a_failure_that_passes_by_itself_is_reported_as_waiting(runs: Runs, workshop: Workshop) -> None:
    workshop.does("a vanished file")

    await runs.begin(now=NOW, reason="first model")

    assert runs.training.phase == "waiting"
    assert "no such file" in runs.training.message
    assert runs.past.is_passing


async def test_a_bundle_that_cannot_be_read_is_a_failed_training(runs: Runs, workshop: Workshop) -> None:
    workshop.does("no such bundle")

    await runs.begin(now=NOW, reason="first model")

    assert runs.training.phase == "failed"
    assert "manifest.json" in runs.training.message
    assert runs.announcements.promoted is None


async def test_a_second_training_is_refused_while_one_is_under_way(runs: Runs) -> None:
    training = runs.begin(now=NOW, reason="first model")

    with pytest.raises(Refused) as refused:
        await runs.begin(now=NOW, reason="asked for")

    assert refused.value.status == 409
    await training
    assert runs.training.phase == "done"


async def test_old_bundles_are_removed_after_a_training(runs: Runs) -> None:
    for _ in range(4):
        await runs.begin(now=NOW, reason="again")

    left = sorted(path.name for path in runs.settings.model_dir.iterdir() if path.is_dir())
    assert left == ["20260101T120005Z-003", "20260101T120005Z-004"]


async def test_a_promoted_model_is_not_trained_again_after_a_restart(runs: Runs, workshop: Workshop) -> None:
    manifest = read_manifest(workshop.folder / "finished")
    metrics = {"training_s": 12.0}
    event = ModelChanged(
        version="v7", status=ModelStatus.PROMOTED, location="v7", metrics=metrics, reason="", changed_at=NOW
    )

    runs.announcements.promoted = event
    runs.remember(manifest.model_copy(update={"counts": {"log_rows": 960, "enriched_movies": 40}}), event)

    assert (runs.training.phase, runs.training.model_version, runs.training.seconds) == ("done", "v7", 12.0)
    assert runs.trained_on == TrainedOn(960, 40)


def test_what_a_model_was_trained_on_is_unknown_if_its_bundle_does_not_say(workshop: Workshop) -> None:
    manifest = read_manifest(workshop.folder / "finished")

    assert trained_on(manifest.model_copy(update={"counts": {}})) is None


def test_versions_of_one_second_are_numbered_and_sort_by_time(tmp_path: Path) -> None:
    versions = []
    for _ in range(12):
        versions.append(free_version(tmp_path, NOW))
        (tmp_path / versions[-1]).mkdir()

    assert versions[:2] == ["20260101T120005Z", "20260101T120005Z-002"]
    assert versions == sorted(versions)


async def test_refused_models_push_out_none_that_has_served(runs: Runs, workshop: Workshop) -> None:
    for does in ("deliver", "deliver", "refused", "refused", "refused"):
        workshop.does(does)
        await runs.begin(now=NOW, reason="again")

    left = sorted(path.name for path in runs.settings.model_dir.iterdir() if path.is_dir())
    assert left == ["20260101T120005Z", *(f"20260101T120005Z-00{number}" for number in (2, 4, 5))]


@pytest.mark.parametrize("shadow_s", [0.0, 60.0])
async def test_a_model_stays_a_candidate_if_somebody_let_another_one_serve_meanwhile(
    runs: Runs, workshop: Workshop, shadow_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    await runs.begin(now=NOW, reason="first model")
    runs.settings = runs.settings.model_copy(update={"shadow_s": shadow_s})
    monkeypatch.setattr(Runs, "_is_tried_out", lambda *_: bool(shadow_s))
    workshop.does("wait")
    under_way = asyncio.create_task(runs.begin(now=NOW, reason="the log has grown"))

    async def has_begun() -> bool:
        return len(workshop.starts) == 2

    await until(has_begun)
    assert runs.announcements.promoted is not None
    chosen = runs.announcements.promoted.model_copy(update={"version": "chosen", "by": "admin"})
    runs.announcements.promoted = chosen
    (workshop.folder / "go").touch()
    await under_way

    why = "chosen serves now, against which it was not judged"
    report = runs.training
    assert (runs.announcements.promoted, report.model_version, report.shadow) == (chosen, "chosen", None)
    assert report.message == f"model {workshop.starts[-1]} stays a candidate: {why}"
    told = runs.announcements._past[-1]
    assert (told.version, told.state, told.reason) == (workshop.starts[-1], ModelState.CANDIDATE, why)


async def test_models_that_serving_refused_push_out_none_that_has_served(runs: Runs) -> None:
    await runs.begin(now=NOW, reason="first model")
    for _ in range(3):
        runs.announcements.shadow = runs.announcements.promoted
        await runs.begin(now=NOW, reason="again")
        runs.announcements.shadow, served = runs.announcements.promoted, runs.announcements.shadow
        await runs.announcements.end_shadow(ModelState.REFUSED, reason="it failed", now=NOW)
        runs.announcements.promoted = served

    await runs.begin(now=NOW, reason="again")

    left = sorted(path.name for path in runs.settings.model_dir.iterdir() if path.is_dir())
    assert left == ["20260101T120005Z", *(f"20260101T120005Z-00{number}" for number in (3, 4, 5))]


def test_pruning_keeps_the_newest_bundles_and_those_to_spare(tmp_path: Path) -> None:
    for name in ("1", "2", "3", "4", ".5.99.draft"):
        (tmp_path / name).mkdir()
    (tmp_path / "promoted.json").touch()

    prune(tmp_path, keep=2, spare={"1"})

    assert sorted(path.name for path in tmp_path.iterdir()) == ["1", "3", "4", "promoted.json"]


async def test_where_no_ranker_serves_a_model_need_not_be_a_shadow_first(runs: Runs) -> None:
    runs.settings = runs.settings.model_copy(update={"shadow_s": 60.0})

    for _ in range(2):  # both order by retrieval
        await runs.begin(now=NOW, reason="asked for")

    report = runs.training
    assert (report.model_version, report.shadow) == ("20260101T120005Z-002", None)


async def test_the_bundle_of_the_shadow_is_not_removed_however_old(runs: Runs) -> None:
    await runs.begin(now=NOW, reason="first model")
    runs.announcements.shadow = runs.announcements.promoted

    for _ in range(4):
        await runs.begin(now=NOW, reason="asked for")

    kept = sorted(path.name for path in runs.settings.model_dir.iterdir() if path.is_dir())
    assert kept == ["20260101T120005Z", "20260101T120005Z-004", "20260101T120005Z-005"]
