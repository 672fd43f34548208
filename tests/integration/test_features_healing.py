"""Stores that lose data while the service runs, and a service that is killed: everything accepted is there again."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from features.settings import FeaturesSettings
from features.wiring import TOPICS
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import CATALOG, PARTITIONS, RATINGS
from marquee.kafka.clients import ensure_topics, open_producer, topic_name
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.views import StatsView, digest
from marquee_cli.embedded import free_port
from support.builders import NOON_MS, a_movie
from support.ratings_flow import (
    empty,
    expected,
    histories,
    logged,
    movie_counts,
    ratings_of,
    running,
    send,
    stored_counts,
)
from support.wait import until

pytestmark = pytest.mark.integration

USERS = range(1, 41)


@pytest.fixture
async def settings(
    kafka_settings: KafkaSettings, redis_settings: RedisSettings, tmp_path: Path
) -> AsyncIterator[FeaturesSettings]:
    await ensure_topics(kafka_settings, wait_s=20)
    yield FeaturesSettings(
        kafka=kafka_settings, redis=redis_settings, log_dir=str(tmp_path / "log"), wait_s=20, replica="one"
    )


async def all_there(space: KeySpace, settings: FeaturesSettings, events: Sequence[MoviesRated]) -> bool:
    """Every rating is in its user's history and once in the log."""
    wanted = expected(events)
    if await histories(space, wanted) != wanted:
        return False
    return logged(settings.log_dir) == {(user, movie): 1 for user, stars in wanted.items() for movie in stars}


async def test_redis_emptied_under_new_ratings_holds_every_whole_history_again(
    space: KeySpace, settings: FeaturesSettings
) -> None:
    before, after = ratings_of(USERS), ratings_of((1, 2, 99), (7,), at_ms=NOON_MS + 10**9)
    async with running(settings):
        await send(settings.kafka, before)
        await until(lambda: all_there(space, settings, before))
        await empty(space)

        await send(settings.kafka, after)

        await until(lambda: all_there(space, settings, [*before, *after]), limit_s=30)
        view = StatsView(space)
        await view.refresh()
        counts = view.stats()
    assert stored_counts(counts.movie_id, counts.n) == movie_counts([*before, *after])


async def test_redis_emptied_while_running_fills_by_itself(space: KeySpace, settings: FeaturesSettings) -> None:
    events = ratings_of(USERS)
    async with running(settings):
        await send(settings.kafka, events)
        await until(lambda: all_there(space, settings, events))
        whole = await digest(space)
        await empty(space)

        await until(lambda: all_there(space, settings, events), limit_s=30)
        assert await digest(space) == whole


async def test_a_shard_reports_its_rebuild_until_it_is_full(space: KeySpace, settings: FeaturesSettings) -> None:
    events, store = ratings_of(USERS, range(1, 61)), RatingStore(space)
    slow = settings.model_copy(update={"max_records": 8})
    partial_and_silent = []
    async with running(slow):
        await send(settings.kafka, events)
        await until(lambda: all_there(space, settings, events), limit_s=60)
        epoch = (await store.stored_user(1)).epoch
        await empty(space)

        whole = False
        while not whole:
            stored = await store.stored_user(1)
            whole = len(stored.state) == 60 and stored.epoch is not None
            if 0 < len(stored.state) < 60 and not stored.is_rebuilding:
                partial_and_silent.append(len(stored.state))
            await asyncio.sleep(0.01)
        await until(lambda: _is_settled(store))
    assert epoch is not None
    assert partial_and_silent == []


async def _is_settled(store: RatingStore) -> bool:
    return not any([(await store.stored_user(user)).is_rebuilding for user in USERS])


@pytest.mark.parametrize("loss", ["the folder", "the newest files", "one file in the middle"])
async def test_a_log_that_loses_files_while_running_is_written_again(
    space: KeySpace, settings: FeaturesSettings, loss: str
) -> None:
    rounds = [ratings_of(USERS, (movie,), at_ms=NOON_MS + movie * 10**7) for movie in range(1, 6)]
    async with running(settings):
        sent: list[MoviesRated] = []
        for events in rounds:
            await send(settings.kafka, events)
            sent += events
            await until(partial(all_there, space, settings, sent))
        _lose(settings.log_dir, loss)
        last = ratings_of((1, 2, 3), (50,), at_ms=NOON_MS + 10**9)

        await send(settings.kafka, last)

        await until(lambda: all_there(space, settings, [*sent, *last]), limit_s=30)


def _lose(log_dir: str, loss: str) -> None:
    if loss == "the folder":
        shutil.rmtree(log_dir)
        return
    for partition in range(RATINGS.partitions):
        files = EventLog(log_dir).files(RATINGS.name, partition)
        if len(files) > 2:
            Path(files[-1 if loss == "the newest files" else 1].path).unlink()


async def test_a_killed_service_reads_on_at_once_after_its_restart(space: KeySpace, settings: FeaturesSettings) -> None:
    first, second = ratings_of(USERS), ratings_of(USERS, (9,), at_ms=NOON_MS + 10**9)
    process = _started(settings)
    try:
        await send(settings.kafka, first)
        await until(lambda: all_there(space, settings, first), limit_s=60)
        process.kill()
        process.wait()
        await send(settings.kafka, second)

        process = _started(settings)

        await until(lambda: all_there(space, settings, [*first, *second]), limit_s=60)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _started(settings: FeaturesSettings) -> subprocess.Popen[bytes]:
    env = os.environ | {
        "MARQUEE_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": settings.kafka.topic_prefix,
        "MARQUEE_REDIS__URL": settings.redis.url,
        "MARQUEE_REDIS__SPACE": settings.redis.space,
        "MARQUEE_LOG_DIR": settings.log_dir,
        "MARQUEE_PORT": str(free_port()),
    }
    return subprocess.Popen([sys.executable, "-m", "features.main"], env=env, stderr=subprocess.DEVNULL)


async def test_two_replicas_share_the_partitions_until_one_of_them_ends(
    space: KeySpace, settings: FeaturesSettings
) -> None:
    together = ratings_of(USERS)
    later = ratings_of(USERS, (9,), at_ms=NOON_MS + 10**9)

    async def is_shared() -> bool:
        return len(one.positions.own) == len(two.positions.own) == len(TOPICS) * PARTITIONS // 2

    async with running(settings) as one:
        async with running(settings.model_copy(update={"replica": "two"})) as two:
            await until(is_shared)
            assert not one.positions.own & two.positions.own
            await send(settings.kafka, together)
            await until(lambda: all_there(space, settings, together))
        await send(settings.kafka, later)
        await until(lambda: all_there(space, settings, [*together, *later]))


async def test_a_catalogue_lost_from_redis_and_log_is_filled_again(space: KeySpace, settings: FeaturesSettings) -> None:
    movies = [a_movie(movie_id=movie, title=f"Movie {movie}") for movie in range(1, 101)]
    store = MovieStore(space, CATALOG)

    async def whole() -> bool:
        return await store.count() == 100 and len(EventLog(settings.log_dir).listed()) == 100

    async with running(settings):
        async with open_producer(settings.kafka) as producer:
            for movie in movies:
                name = topic_name(settings.kafka, CATALOG.name)
                await producer.send(name, movie.model_dump_json().encode(), key=str(movie.movie_id).encode())
        await until(whole)
        await empty(space)
        shutil.rmtree(Path(settings.log_dir) / CATALOG.name)

        await until(whole, limit_s=30)
