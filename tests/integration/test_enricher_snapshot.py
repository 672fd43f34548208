"""Metadata from a snapshot file, and none at all."""

import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from enricher.main import create_app
from enricher.settings import EnricherSettings
from marquee.contracts.events import MetadataStatus, MovieListed
from marquee.contracts.topics import CATALOG, METADATA
from marquee.errors import Misconfigured
from marquee.http.service import service_of
from marquee.kafka.clients import ensure_topics, open_producer, topic_name
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port
from support.builders import a_movie
from support.running_app import running
from support.topic_reader import events_on, records_on
from support.wait import until

pytestmark = pytest.mark.integration
LINES = ("tmdb_id,title,release_date,director", "949,Heat,1995-12-15,Michael Mann")


def a_file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "tmdb.csv"
    path.write_text("\n".join(lines or LINES) + "\n", encoding="utf-8")
    return path


def settings_of(kafka: KafkaSettings, snapshot: Path | None) -> EnricherSettings:
    return EnricherSettings(kafka=kafka, tmdb_snapshot=snapshot, TMDB_API_KEY=None, wait_s=20)


async def list_movies(kafka: KafkaSettings, *movies: MovieListed) -> None:
    await ensure_topics(kafka, (CATALOG, METADATA), wait_s=20)
    async with Publisher(kafka, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [record_of(CATALOG, movie) for movie in movies])


def heat(movie_id: int = 6, tmdb_id: int | None = 949) -> MovieListed:
    return a_movie(movie_id=movie_id).model_copy(update={"tmdb_id": tmdb_id})


async def answer_all(settings: EnricherSettings, movies: int, *, limit_s: float = 30) -> dict[str, object]:
    """Run the service until all movies have an answer; the coverage then."""
    async with running(create_app(settings)) as client:

        async def all_answered() -> bool:
            found = (await client.get("/v1/coverage")).json()
            return bool(found["movies"] == movies and found["pending"] == 0)

        await until(all_answered, limit_s=limit_s)
        assert (await client.get("/readyz")).status_code == 200
        return dict((await client.get("/v1/coverage")).json())


async def test_a_snapshot_answers_found_and_missing_movies(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    await list_movies(kafka_settings, heat(), heat(7, tmdb_id=1), heat(8, tmdb_id=None))

    found = await answer_all(settings_of(kafka_settings, a_file(tmp_path)), 3)

    answers = {event.movie_id: event for event in await events_on(kafka_settings, METADATA)}
    assert found == {"mode": "snapshot", "movies": 3, "found": 1, "not_found": 2, "unavailable": 0, "pending": 0}
    assert (answers[6].title, answers[6].release_year, answers[6].directors) == ("Heat", 1995, ("Michael Mann",))
    assert {answers[7].status, answers[8].status} == {MetadataStatus.NOT_FOUND}


async def test_a_movie_listed_again_gets_the_same_event_as_its_answer(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    settings = settings_of(kafka_settings, a_file(tmp_path))
    await list_movies(kafka_settings, heat(), heat())

    await answer_all(settings, 1)

    values = {record.value for record in await records_on(kafka_settings, METADATA)}
    assert len(values) == 1


async def test_another_snapshot_at_the_next_start_answers_every_movie_again(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    await list_movies(kafka_settings, heat())
    await answer_all(settings_of(kafka_settings, a_file(tmp_path, *LINES)), 1)
    newer = a_file(tmp_path, LINES[0], "949,Heat: Director's Cut,1995-12-15,Michael Mann")

    async with running(create_app(settings_of(kafka_settings, newer))):

        async def is_new() -> bool:
            return (await events_on(kafka_settings, METADATA))[-1].title == "Heat: Director's Cut"

        await until(is_new)


async def test_without_a_source_nothing_is_published_and_the_coverage_shows_it(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    await list_movies(kafka_settings, heat())

    async with running(create_app(settings_of(kafka_settings, None))) as client:

        async def is_listed() -> bool:
            return bool((await client.get("/v1/coverage")).json()["movies"] == 1)

        await until(is_listed)
        found = (await client.get("/v1/coverage")).json()

    assert (found["mode"], found["pending"]) == ("none", 1)
    assert await records_on(kafka_settings, METADATA) == []


async def test_movies_listed_without_a_source_are_answered_by_a_later_snapshot(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    await list_movies(kafka_settings, heat())
    async with running(create_app(settings_of(kafka_settings, None))):
        pass

    found = await answer_all(settings_of(kafka_settings, a_file(tmp_path)), 1)

    assert found["found"] == 1


async def test_bytes_that_are_no_movie_do_not_hold_up_the_next_movie(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    await ensure_topics(kafka_settings, (CATALOG, METADATA), wait_s=20)
    async with open_producer(kafka_settings) as producer:
        await producer.send_and_wait(topic_name(kafka_settings, CATALOG.name), b"{oops", key=b"6")
    await list_movies(kafka_settings, heat())

    found = await answer_all(settings_of(kafka_settings, a_file(tmp_path)), 1)

    assert found["found"] == 1


async def test_a_snapshot_that_cannot_be_read_is_named_in_one_line(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    app = create_app(settings_of(kafka_settings, tmp_path / "missing.csv"))

    with pytest.raises(Misconfigured):
        async with running(app):
            pass

    assert "missing.csv" in str(service_of(app).failure)


async def test_an_unavailable_broker_at_start_is_named_in_one_line(tmp_path: Path) -> None:
    settings = settings_of(KafkaSettings(bootstrap="127.0.0.1:9"), None).model_copy(update={"wait_s": 0.5})
    app = create_app(settings)

    with pytest.raises(Misconfigured):
        async with running(app):
            pass

    assert "could not reach kafka at 127.0.0.1:9" in str(service_of(app).failure)


async def test_9742_movies_are_answered_in_a_few_seconds(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    rows = [f"{at},Title {at},1999-01-01,Someone" for at in range(1, 9_743)]
    snapshot = a_file(tmp_path, LINES[0], *rows)
    await list_movies(kafka_settings, *(heat(at, tmdb_id=at) for at in range(1, 9_743)))
    started = time.monotonic()

    found = await answer_all(settings_of(kafka_settings, snapshot), 9_742)

    assert found["found"] == 9_742
    assert time.monotonic() - started < 15  # about 2 s on two idle cores


async def test_a_killed_enricher_answers_new_movies_after_its_restart(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    env = os.environ | {
        "MARQUEE_KAFKA__BOOTSTRAP": kafka_settings.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": kafka_settings.topic_prefix,
        "MARQUEE_TMDB_SNAPSHOT": str(a_file(tmp_path)),
        "MARQUEE_PORT": str(free_port()),
    }

    async def are_answered(movie_ids: set[int]) -> bool:
        return {event.movie_id for event in await events_on(kafka_settings, METADATA)} >= movie_ids

    for movies in ((heat(6),), (heat(7), heat(8))):  # the second time a dead member stands in the group
        await list_movies(kafka_settings, *movies)
        process = _started(env)
        try:
            await until(partial(are_answered, {movie.movie_id for movie in movies}), limit_s=60)
        finally:
            process.kill()
            process.wait()


def _started(env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "enricher.main"], env=env, stderr=subprocess.DEVNULL)
