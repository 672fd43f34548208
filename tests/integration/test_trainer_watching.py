"""Training by itself beside a log that others write: steady traffic, late metadata, files that cannot be read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher
from marquee.settings import KafkaSettings
from marquee.stores.event_log import EventLog
from support.builders import a_movie, a_rating, an_enriched
from support.running_app import running
from support.trainer import Workshop, on_topic_and_log, reaches, training
from support.wait import until
from trainer.settings import TrainerSettings

pytestmark = pytest.mark.integration

QUICK = {"train_automatically": True, "settle_s": 2.0, "patience_s": 3.0, "train_pause_s": 1.0}


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop.made(tmp_path)


@pytest.fixture
async def publisher(kafka_settings: KafkaSettings) -> AsyncIterator[Publisher]:
    await ensure_topics(kafka_settings, wait_s=20)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        yield publisher


async def starts(workshop: Workshop, *, count: int, limit_s: float = 60.0) -> None:
    async def are_there() -> bool:
        return len(workshop.starts) >= count

    await until(are_there, limit_s=limit_s)


async def live_traffic(settings: TrainerSettings, publisher: Publisher) -> None:
    """About 20 ratings a second, without a pause and without end."""
    at = 0
    while True:
        events = [a_rating(user_id=1 + (at + n) % 50, movie_id=1 + at % 900) for n in range(4)]
        await on_topic_and_log(settings, publisher, RATINGS, events)
        at += 1
        await asyncio.sleep(0.2)


def replaced(file: Path, content: bytes) -> bytes:
    """What the file held before."""
    before = file.read_bytes()
    file.write_bytes(content)
    return before


async def test_ratings_that_never_pause_are_trained_on_while_they_come(
    kafka_settings: KafkaSettings, publisher: Publisher, workshop: Workshop
) -> None:
    settings = workshop.settings(kafka_settings, **QUICK)
    await on_topic_and_log(settings, publisher, RATINGS, [a_rating(user_id=user) for user in range(1, 101)])
    traffic = asyncio.create_task(live_traffic(settings, publisher))
    async with running(workshop.app(settings)) as client:
        await starts(workshop, count=2)
        assert not traffic.done()
        await reaches(client, phase="done", announcement="announced")
    traffic.cancel()
    with suppress(asyncio.CancelledError):
        await traffic


async def test_metadata_that_comes_after_the_model_leads_to_one_more_training(
    kafka_settings: KafkaSettings, publisher: Publisher, workshop: Workshop
) -> None:
    settings = workshop.settings(kafka_settings, **QUICK)
    movies = range(1, 41)
    await on_topic_and_log(settings, publisher, CATALOG, [a_movie(movie_id=movie) for movie in movies])
    await on_topic_and_log(settings, publisher, RATINGS, [a_rating(user_id=user) for user in range(1, 101)])
    workshop.does("deliver", enriched_movies=0)
    async with running(workshop.app(settings)) as client:
        await starts(workshop, count=1)
        await reaches(client, phase="done", announcement="announced")

        workshop.does("deliver", enriched_movies=40)
        await on_topic_and_log(settings, publisher, METADATA, [an_enriched(movie_id=movie) for movie in movies])
        await starts(workshop, count=2)
        await reaches(client, phase="done", announcement="announced")
        with pytest.raises(TimeoutError):
            await starts(workshop, count=3, limit_s=8)


async def test_an_unreadable_log_delays_the_training_and_keeps_the_service_up(
    kafka_settings: KafkaSettings, publisher: Publisher, workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = workshop.settings(kafka_settings, **QUICK)
    await on_topic_and_log(settings, publisher, RATINGS, [a_rating(user_id=user) for user in range(1, 101)])
    broken = Path(EventLog(settings.log_dir).files(RATINGS.name, 0)[0].path)
    whole = replaced(broken, b"")
    async with running(workshop.app(settings)) as client:
        with pytest.raises(TimeoutError):
            await starts(workshop, count=1, limit_s=5)
        assert (await client.get("/livez")).status_code == 200
        assert (await training(client))["phase"] == "waiting"

        replaced(broken, whole)
        await starts(workshop, count=1)
        await reaches(client, phase="done", announcement="announced")

    assert capsys.readouterr().out.count("log_unreadable") == 1


async def test_a_training_that_meets_a_vanished_file_restarts_within_seconds(
    kafka_settings: KafkaSettings, publisher: Publisher, workshop: Workshop
) -> None:
    settings = workshop.settings(kafka_settings, **{**QUICK, "train_pause_s": 3_600.0})
    await on_topic_and_log(settings, publisher, RATINGS, [a_rating(user_id=user) for user in range(1, 101)])
    workshop.does("a vanished file")
    async with running(workshop.app(settings)) as client:
        await starts(workshop, count=1)
        workshop.does("deliver")
        await reaches(client, phase="done", announcement="announced")

    assert len(workshop.starts) <= 3
