"""A bulk load publishes what it read, once, and nothing of what is not MovieLens."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pytest

from ingest.bulk_load import load, publish
from ingest.known_movies import KnownMovies
from ingest.main import create_app
from ingest.progress import LoadReport, Phase, Progress
from ingest.reading import DataSet
from ingest.rows import Rows
from ingest.settings import IngestSettings
from ingest.table import SLICE_ROWS, Part, by_user
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.errors import Misconfigured, Transient
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port, start_kafka
from marquee_cli.synth import write as write_world
from marquee_cli.synth_world import make_world, rate
from support.movielens_files import RATINGS as RATING_LINES
from support.movielens_files import a_directory, write
from support.running_app import running
from support.topic_reader import events_on, records_on
from support.wait import until

pytestmark = pytest.mark.integration
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def settings_of(kafka: KafkaSettings, tmp_path: Path, data: Path, *, force: bool = False) -> IngestSettings:
    return IngestSettings(
        kafka=kafka,
        data=str(data),
        state_dir=tmp_path / "state",
        rejects_dir=tmp_path / "rejects",
        force_load=force,
        wait_s=20,
    )


async def loaded(settings: IngestSettings, progress: Progress | None = None) -> LoadReport:
    await ensure_topics(settings.kafka, (CATALOG, RATINGS), wait_s=20)
    return await load(settings, progress or Progress(), KnownMovies(), clock=lambda: NOW)


async def until_ready(client: httpx.AsyncClient) -> None:
    async def is_ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await until(is_ready)


def lines_of(path: str | None) -> list[str]:
    return Path(str(path)).read_text(encoding="utf-8").splitlines()


async def test_a_load_puts_movies_and_histories_on_their_topics(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    data = a_directory(tmp_path / "ml")

    report = await loaded(settings_of(kafka_settings, tmp_path, data))

    movies = {movie.movie_id: movie for movie in await events_on(kafka_settings, CATALOG)}
    histories = {event.user_id: event for event in await events_on(kafka_settings, RATINGS)}
    assert sorted(movies) == [1, 2, 3]
    assert movies[2].title == "The Matrix"
    assert histories[1].movie_id == (1, 2)
    assert histories[1].rating == (4.0, 5.0)
    assert histories[1].rated_at_ms == (964982703000, 964982931000)
    assert (report.rows_read, report.accepted, report.users, report.movies, report.events) == (3, 3, 2, 3, 2)


async def test_a_load_report_counts_bad_rows_and_names_the_rejects_file(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    data = a_directory(tmp_path / "ml", ratings=[*RATING_LINES, "1,1,7,964982703", "1,9,4.0,964982703"])

    report = await loaded(settings_of(kafka_settings, tmp_path, data))

    assert report.rejected == {"bad_rating": 1, "unknown_movie": 1}
    assert (report.rows_read, report.accepted) == (5, 3)
    assert lines_of(report.rejects_file) == [
        "file,line,reason,raw",
        'ratings.csv,5,bad_rating,"1,1,7,964982703"',
        'ratings.csv,6,unknown_movie,"1,9,4.0,964982703"',
    ]


async def test_the_same_content_loaded_again_publishes_nothing(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    data = a_directory(tmp_path / "ml")
    await loaded(settings_of(kafka_settings, tmp_path, data))
    before = len(await records_on(kafka_settings, RATINGS))

    report = await loaded(settings_of(kafka_settings, tmp_path, data))

    assert report.skipped
    assert len(await records_on(kafka_settings, RATINGS)) == before


async def test_a_forced_second_load_repeats_every_event_id(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    data = a_directory(tmp_path / "ml")
    await loaded(settings_of(kafka_settings, tmp_path, data))
    once = await events_on(kafka_settings, RATINGS)

    report = await loaded(settings_of(kafka_settings, tmp_path, data, force=True))

    twice = await events_on(kafka_settings, RATINGS)
    assert not report.skipped
    assert len(twice) == 2 * len(once)
    assert {event.event_id for event in twice} == {event.event_id for event in once}


async def test_the_same_content_is_published_again_to_a_new_log(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    data = a_directory(tmp_path / "ml")
    await loaded(settings_of(kafka_settings, tmp_path, data))
    wiped = kafka_settings.model_copy(update={"topic_prefix": kafka_settings.topic_prefix + "new."})

    report = await loaded(settings_of(wiped, tmp_path, data))

    assert not report.skipped
    assert len(await events_on(wiped, RATINGS)) == 2


async def test_other_content_is_published(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    data = a_directory(tmp_path / "ml")
    await loaded(settings_of(kafka_settings, tmp_path, data))
    a_directory(data, ratings=[*RATING_LINES, "3,1,2.0,1445714900"])

    report = await loaded(settings_of(kafka_settings, tmp_path, data))

    assert (report.skipped, report.accepted) == (False, 4)


async def test_a_directory_that_is_not_movielens_publishes_nothing(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    data = a_directory(tmp_path / "ml")
    write(data / "ratings.csv", ["userId,movieId,rating,timestamp", "1,1,4.0,964982703", "x", "y", "z"])
    progress = Progress()

    with pytest.raises(Misconfigured, match="3 of 4 rows are unusable; nothing was published"):
        await loaded(settings_of(kafka_settings, tmp_path, data), progress)

    assert await records_on(kafka_settings, CATALOG) == []
    assert await records_on(kafka_settings, RATINGS) == []
    assert progress.phase is Phase.FAILED
    assert "3 of 4" in str(progress.error)


async def test_data_given_at_start_is_loaded_in_the_background(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    app = create_app(settings_of(kafka_settings, tmp_path, a_directory(tmp_path / "ml")))

    async with running(app) as client:  # fails if a background task ends

        async def is_done() -> bool:
            return bool((await client.get("/v1/load")).json()["phase"] == "done")

        await until(is_done)

        report = (await client.get("/v1/load")).json()["report"]
        assert (report["accepted"], report["users"], report["movies"]) == (3, 2, 3)
        await until_ready(client)
        assert "bulk_load" not in [task.get_name() for task in asyncio.all_tasks()], "a load that is done has ended"


async def test_a_load_that_gives_up_leaves_no_task_behind(tmp_path: Path) -> None:
    n, each = 2 * SLICE_ROWS, 1_000
    line, one = np.arange(n), np.ones(n, np.int64)
    rows = Rows(line, user=1 + line // each, movie=1 + line % each, rating=np.full(n, 4.0), timestamp=one * 10**9)
    ratings = by_user([Part.of(rows)])
    nobody = KafkaSettings(bootstrap="127.0.0.1:9")  # the discard port: nothing listens there
    settings = IngestSettings(kafka=nobody, load_retry_s=0.1)
    before = asyncio.all_tasks()

    async with Publisher(nobody, timeout_s=1) as publisher:
        with pytest.raises(Transient, match="gave up"):
            await publish(DataSet([], ratings, n, n // each), publisher, settings, Progress(), KnownMovies())

    assert asyncio.all_tasks() == before


async def test_unusable_data_is_reported_while_the_service_keeps_serving(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    app = create_app(settings_of(kafka_settings, tmp_path, tmp_path / "missing"))

    async with running(app) as client:

        async def has_failed() -> bool:
            return bool((await client.get("/v1/load")).json()["phase"] == "failed")

        await until(has_failed)

        assert "no such data directory" in (await client.get("/v1/load")).json()["error"]
        await until_ready(client)


async def test_loading_ml_latest_small_publishes_the_known_counts(
    kafka_settings: KafkaSettings, tmp_path: Path, data_dir: Path
) -> None:
    report = await loaded(settings_of(kafka_settings, tmp_path, data_dir / "ml-latest-small"))

    events = await events_on(kafka_settings, RATINGS)
    pairs = {(event.user_id, movie) for event in events for movie in event.movie_id}
    assert (report.accepted, report.movies, report.users, report.rejected) == (100_836, 9_742, 610, {})
    assert len(pairs) == 100_836
    assert len({event.event_id for event in events}) == report.events == len(events)
    assert len(await records_on(kafka_settings, CATALOG)) == 9_742


async def test_a_load_interrupted_by_the_broker_finishes_completely(
    tmp_path: Path,
) -> None:
    data, port = tmp_path / "ml", free_port()
    rng = np.random.default_rng(3)
    world = make_world(rng, users=3_000, movies=2_000)
    data.mkdir()
    write_world(data, world, rate(rng, world, 600_000))
    broker = start_kafka(tmp_path / "kafka", port=port, log=tmp_path / "kafka.log")
    try:
        settings = settings_of(KafkaSettings(bootstrap=broker.address), tmp_path, data)
        settings = settings.model_copy(update={"load_timeout_s": 3.0})
        progress = Progress()
        loading = asyncio.create_task(loaded(settings, progress))

        async def has_begun() -> bool:
            return progress.ratings_published > 0

        await until(has_begun)
        broker.stop()
        broker = start_kafka(tmp_path / "kafka", port=port, log=tmp_path / "kafka.log")
        report = await loading

        events = await events_on(settings.kafka, RATINGS)
        assert report.accepted == 600_000
        assert len({(event.user_id, movie) for event in events for movie in event.movie_id}) == 600_000
        assert len({event.event_id for event in events}) == report.events
    finally:
        broker.stop()


async def test_a_load_without_a_broker_fails_with_its_address(
    tmp_path: Path,
) -> None:
    settings = settings_of(KafkaSettings(bootstrap="127.0.0.1:9"), tmp_path, a_directory(tmp_path / "ml"))
    progress = Progress()

    with pytest.raises(Transient, match=r"127\.0\.0\.1:9"):
        await load(settings, progress, KnownMovies(), clock=lambda: NOW)

    assert progress.phase is Phase.FAILED
