"""The probe of the chaos runs notices each kind of loss and of double counting, on real stores damaged on purpose."""

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS, shard_of
from marquee.kafka.clients import ensure_topics, open_producer
from marquee.settings import KafkaSettings, RedisSettings
from marquee.state.item_stats import ItemStats, merged
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.packing import pack_weeks, unpack_weeks
from marquee_cli.chaos.looking import SCRIPT, CannotLook, Looking
from support.builders import a_batch, a_rating

pytestmark = pytest.mark.integration


@pytest.fixture
async def probe(kafka_settings: KafkaSettings, redis_settings: RedisSettings, tmp_path: Path) -> AsyncIterator[Looking]:
    await ensure_topics(kafka_settings, wait_s=30)
    looking = Looking(
        [sys.executable, str(SCRIPT)],
        {
            **os.environ,
            "MARQUEE_KAFKA__BOOTSTRAP": kafka_settings.bootstrap,
            "MARQUEE_KAFKA__TOPIC_PREFIX": kafka_settings.topic_prefix,
            "MARQUEE_REDIS__URL": redis_settings.url,
            "MARQUEE_REDIS__SPACE": redis_settings.space,
            "MARQUEE_LOG_DIR": str(tmp_path / "log"),
        },
    )
    yield looking
    await looking.close()


async def published(settings: KafkaSettings, *events: MoviesRated) -> None:
    async with open_producer(settings) as producer:
        for event in events:
            value = event.model_dump_json().encode()
            await producer.send_and_wait(settings.topic_prefix + RATINGS.name, value, key=RATINGS.key_of(event))


def rows(*events: MoviesRated) -> list[tuple[str, int, int]]:
    return [(str(event.event_id), event.user_id, event.movie_id[0]) for event in events]


def ids(*events: MoviesRated) -> list[str]:
    return [str(event.event_id) for event in events]


async def test_ratings_that_are_everywhere_are_not_reported(
    probe: Looking, kafka_settings: KafkaSettings, space: KeySpace, tmp_path: Path
) -> None:
    await probe.ask("begin")
    here = a_rating(), a_rating(movie_id=7)
    await published(kafka_settings, *here)
    await RatingStore(space).apply(a_batch(*here))
    EventLog(str(tmp_path / "log")).append(a_batch(*here))

    looked = await probe.ask("look", add=rows(*here), forget=[])
    checked = await probe.ask("check", unclear=[])

    assert not sum(looked["lag"].values())
    for key in ("not_in_history", "not_in_log", "not_on_topic", "not_once_in_log", "wrong_counts"):
        assert not checked[key], key


async def test_a_rating_missing_in_one_place_is_reported_there(
    probe: Looking, kafka_settings: KafkaSettings, space: KeySpace, tmp_path: Path
) -> None:
    await probe.ask("begin")
    whole, no_history, no_log, no_topic = (a_rating(movie_id=movie) for movie in (1, 2, 3, 4))
    await published(kafka_settings, whole, no_history, no_log)
    await RatingStore(space).apply(a_batch(whole, no_log, no_topic))
    EventLog(str(tmp_path / "log")).append(a_batch(whole, no_history, no_topic))

    await probe.ask("look", add=rows(whole, no_history, no_log, no_topic), forget=[])
    checked = await probe.ask("check", unclear=[])

    assert checked["not_in_history"] == ids(no_history)
    assert checked["not_in_log"] == ids(no_log)
    assert checked["not_on_topic"] == ids(no_topic)
    assert checked["not_once_in_log"] == [[str(no_log.event_id), 0]]
    assert not checked["wrong_counts"]


async def test_a_movie_counted_twice_is_reported_once(probe: Looking, space: KeySpace) -> None:
    await probe.ask("begin")
    rating = a_rating()
    await RatingStore(space).apply(a_batch(rating))
    movies = space.keys(RATINGS.name, shard_of(rating.user_id)).movies
    once = unpack_weeks([(42, await space.redis.hget(movies, "42"))])
    twice: ItemStats = merged(once, once)
    await space.redis.hset(movies, "42", pack_weeks(twice)[42])

    await probe.ask("look", add=rows(rating), forget=[])
    checked = await probe.ask("check", unclear=[])
    await probe.ask("accept_counts", wrong=checked["wrong_counts"])
    again = await probe.ask("check", unclear=[])

    assert checked["wrong_counts"] == {"42": [1, 2]}
    assert again["wrong_counts"] == {}


async def test_stores_that_lose_what_they_had_are_reported(probe: Looking, space: KeySpace, tmp_path: Path) -> None:
    batch = a_batch(a_rating(), a_rating(movie_id=7))
    await RatingStore(space).apply(batch)
    EventLog(str(tmp_path / "log")).append(batch)
    await probe.ask("begin")

    await space.redis.delete(space.keys(*batch.shard).user(1))
    await probe.ask("drop_newest", count=1)
    looked = await probe.ask("look", add=[], forget=[])

    assert looked["old_histories_short"] == 1
    assert looked["old_events_not_in_log"] == 2


async def test_the_lag_counts_records_that_nobody_has_applied(probe: Looking, kafka_settings: KafkaSettings) -> None:
    await probe.ask("begin")
    await published(kafka_settings, a_rating(), a_rating(user_id=2))

    assert (await probe.ask("look", add=[], forget=[]))["lag"][RATINGS.name] == 2


async def test_a_store_that_cannot_be_read_is_reported_with_the_reason() -> None:
    nowhere = {**os.environ, "MARQUEE_KAFKA__BOOTSTRAP": "127.0.0.1:1", "MARQUEE_REDIS__URL": "redis://127.0.0.1:1/0"}
    looking = Looking([sys.executable, str(SCRIPT)], nowhere)
    try:
        with pytest.raises(CannotLook, match="Error"):
            await looking.ask("look", add=[], forget=[], limit_s=10)
        assert await looking.ask("ping") == {}
    finally:
        await looking.close()


def test_the_probe_needs_nothing_but_what_the_features_image_has() -> None:
    imported = {
        line.split()[1].partition(".")[0]
        for line in SCRIPT.read_text().splitlines()
        if line.startswith(("import ", "from "))
    }

    assert imported - set(sys.stdlib_module_names) == {"aiokafka", "marquee", "pyarrow", "redis"}
