"""Announcing a model: the bundle is kept, and announced again until models.v1 has it; never trained again for that."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.models_topic import current_model
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port
from support.own_broker import OwnBroker
from support.running_app import running
from support.topic_reader import events_on
from support.trainer import Workshop, reaches, training
from support.wait import until

pytestmark = pytest.mark.integration


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop.made(tmp_path / "workshop")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnBroker]:
    own = OwnBroker.started(tmp_path / "kafka", free_port())
    yield own
    own.stop()


async def announced(kafka: KafkaSettings, *, count: int) -> list[str]:
    """The versions on models.v1 once there are so many."""
    found: list[str] = []

    async def are_there() -> bool:
        nonlocal found
        found = [event.version for event in await events_on(kafka, MODELS)]
        return len(found) >= count

    await until(are_there, limit_s=60)
    return found


async def test_a_model_made_while_the_broker_is_unreachable_is_announced_later(
    broker: OwnBroker, workshop: Workshop
) -> None:
    workshop.does("wait")
    async with running(workshop.app(workshop.settings(broker.settings))) as client:
        await client.post("/v1/train")
        await reaches(client, message="working")
        broker.stop()
        (workshop.folder / "go").touch()
        pending = await reaches(client, phase="done")
        await reaches(client, announcement="pending")
        broker.start()
        done = await reaches(client, announcement="announced", limit_s=90)

        assert await announced(broker.settings, count=1) == [pending["model_version"]]

    assert done["announcement_error"] == ""
    assert len(workshop.starts) == 1


async def test_a_broker_that_lost_everything_gets_the_model_again_untrained(
    broker: OwnBroker, workshop: Workshop
) -> None:
    async with running(workshop.app(workshop.settings(broker.settings))) as client:
        await client.post("/v1/train")
        version = (await reaches(client, phase="done", announcement="announced"))["model_version"]
        broker.stop()
        broker.start(empty=True)

        await ensure_topics(broker.settings, [MODELS], wait_s=20)
        assert await announced(broker.settings, count=1) == [version]
        assert (await training(client))["announcement"] == "announced"

    assert len(workshop.starts) == 1


async def test_a_starting_trainer_announces_its_model_to_an_empty_broker(broker: OwnBroker, workshop: Workshop) -> None:
    async with running(workshop.app(workshop.settings(broker.settings))) as client:
        await client.post("/v1/train")
        version = (await reaches(client, phase="done", announcement="announced"))["model_version"]
    broker.stop()
    broker.start(empty=True)

    async with running(workshop.app(workshop.settings(broker.settings, train_automatically=True))) as client:
        assert await announced(broker.settings, count=1) == [version]
        report = await reaches(client, phase="done", announcement="announced")

    assert report["model_version"] == version
    assert report["metrics"] == {"ndcg_at_10": 0.5}
    assert len(workshop.starts) == 1


async def test_a_newer_announcement_by_somebody_else_is_left_in_place(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        await client.post("/v1/train")
        first = (await reaches(client, phase="done", announcement="announced"))["model_version"]
        back = ModelChanged(
            version="by-hand", status=ModelStatus.ROLLED_BACK, location=first, changed_at=datetime.now(UTC)
        )
        async with Publisher(kafka_settings, timeout_s=20) as publisher:
            await publisher.publish(MODELS, [record_of(MODELS, back)])
        await client.post("/v1/train")
        second = (await reaches(client, phase="done", announcement="announced"))["model_version"]

    events = await events_on(kafka_settings, MODELS)
    served = [event.version for event in events if event.status is not ModelStatus.PUBLISHED]
    assert served == [first, "by-hand", second]


async def test_who_was_replaced_or_refused_stays_in_the_history(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    async with running(workshop.app(workshop.settings(kafka_settings))) as client:
        versions = []
        for does in ("deliver", "refused", "deliver"):
            workshop.does(does)
            await client.post("/v1/train")
            report = await reaches(client, phase="done", announcement="announced")
            versions.append(workshop.starts[-1])
        assert report["model_version"] == versions[-1]

        async def is_complete() -> bool:
            return len(await events_on(kafka_settings, MODELS)) == 4

        await until(is_complete)
    by_key = {event.model: event for event in await events_on(kafka_settings, MODELS)}  # what compaction leaves

    first, refused, last = versions
    assert by_key["ranker"].version == last
    assert {key: event.state for key, event in by_key.items() if event.version != last} == {
        f"ranker@{first}": "retired",
        f"ranker@{refused}": "refused",
    }
    assert by_key[f"ranker@{refused}"].reason == "it ranks worse"
    assert await current_model(kafka_settings) == by_key["ranker"]


async def test_an_unreadable_note_is_replaced_by_the_served_model(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    settings = workshop.settings(kafka_settings)
    async with running(workshop.app(settings)) as client:
        await client.post("/v1/train")
        version = (await reaches(client, phase="done", announcement="announced"))["model_version"]
    (settings.model_dir / "promoted.json").write_text("{")

    async with running(workshop.app(settings)) as client:
        report = await training(client)

    assert (report["phase"], report["model_version"], report["announcement"]) == ("done", version, "announced")


async def test_bundles_that_cannot_be_removed_do_not_end_the_service(
    kafka_settings: KafkaSettings, workshop: Workshop
) -> None:
    settings = workshop.settings(kafka_settings, keep_models=1)
    workshop.does("wait")
    async with running(workshop.app(settings)) as client:
        await client.post("/v1/train")
        await reaches(client, message="working")
        settings.model_dir.rename(workshop.folder / "moved")
        settings.model_dir.write_text("no folder, so there is nothing to list")
        (workshop.folder / "go").touch()
        await reaches(client, phase="failed")
        settings.model_dir.unlink()
        (workshop.folder / "moved").rename(settings.model_dir)
        workshop.does("deliver")
        for _ in range(4):
            assert (await client.post("/v1/train")).status_code == 202
            await reaches(client, phase="done", announcement="announced")

    bundles = sorted(path.name for path in settings.model_dir.iterdir() if path.is_dir())
    assert bundles == workshop.starts[-2:]  # the newest, and the one that was served until it was announced
