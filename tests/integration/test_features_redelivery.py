"""The features service on a real broker: redelivery, a killed consumer, an emptied store, bytes that are no event."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI

from features.main import create_app
from features.settings import FeaturesSettings
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.kafka.clients import ensure_topics, open_consumer, open_producer, topic_name
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.views import digest
from support.builders import NOON_MS, a_movie, a_rating
from support.ratings_flow import empty
from support.running_app import started
from support.wait import until

pytestmark = pytest.mark.integration

USERS, PER_USER = 40, 25


@pytest.fixture
def settings(kafka_settings: KafkaSettings, redis_settings: RedisSettings, tmp_path: Path) -> FeaturesSettings:
    return FeaturesSettings(
        kafka=kafka_settings, redis=redis_settings, log_dir=str(tmp_path / "log"), wait_s=20, max_records=30
    )


@pytest.fixture
async def producer(kafka_settings: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    await ensure_topics(kafka_settings, wait_s=20)
    async with open_producer(kafka_settings) as producer:
        yield producer


@asynccontextmanager
async def running(settings: FeaturesSettings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with started(app):
        yield app


def some_ratings(seed: int = 1) -> list[MoviesRated]:
    rng = np.random.default_rng(seed)
    return [
        a_rating(
            user_id=user,
            movie_id=int(rng.integers(1, 60)),
            rating=float(rng.integers(1, 11)) / 2,
            rated_at_ms=NOON_MS + int(rng.integers(0, 10**9)),
        )
        for _ in range(PER_USER)
        for user in range(1, USERS + 1)
    ]


async def send(producer: AIOKafkaProducer, settings: KafkaSettings, events: list[MoviesRated]) -> None:
    name = topic_name(settings, RATINGS.name)
    sent = [await producer.send(name, e.model_dump_json().encode(), key=RATINGS.key_of(e)) for e in events]
    await asyncio.gather(*sent)


async def applied(space: KeySpace, settings: FeaturesSettings, offsets: int) -> bool:
    """Both stores hold at least so many records of ratings.v1."""
    store, log = RatingStore(space), EventLog(settings.log_dir)
    shards = range(RATINGS.partitions)
    online = [int(await space.redis.hget(store.keys(shard).meta, "offset") or 0) for shard in shards]
    offline = [log.next_offset(RATINGS.name, shard) for shard in shards]
    return min(sum(online), sum(offline)) >= offsets


async def test_records_consumed_twice_leave_stores_and_log_as_after_once(
    producer: AIOKafkaProducer, space: KeySpace, settings: FeaturesSettings
) -> None:
    events = some_ratings()
    async with running(settings):
        await send(producer, settings.kafka, events)
        await until(lambda: applied(space, settings, len(events)))
        once = await digest(space), EventLog(settings.log_dir).ratings()

        await send(producer, settings.kafka, events)
        await until(lambda: applied(space, settings, 2 * len(events)))
        twice = await digest(space), EventLog(settings.log_dir).ratings()

    assert once[0] == twice[0]
    for column in ("user_id", "movie_id", "rating", "rated_at"):
        np.testing.assert_array_equal(getattr(once[1], column), getattr(twice[1], column))


async def test_a_killed_consumer_and_its_successor_leave_the_digest_of_one_run(
    producer: AIOKafkaProducer, space: KeySpace, settings: FeaturesSettings, tmp_path: Path
) -> None:
    events = some_ratings()
    await send(producer, settings.kafka, events)
    for stop_after in (200, 600):
        async with running(settings):
            await until(partial(applied, space, settings, stop_after))
    async with running(settings):
        await until(lambda: applied(space, settings, len(events)))
    undisturbed = settings.model_copy(
        update={
            "redis": settings.redis.model_copy(update={"space": f"{space.name}other"}),
            "kafka": settings.kafka.model_copy(update={"group_prefix": "other"}),
            "log_dir": str(tmp_path / "other"),
        }
    )
    other = KeySpace(space.redis, undisturbed.redis.space)
    async with running(undisturbed):
        await until(lambda: applied(other, undisturbed, len(events)))

    assert await digest(space) == await digest(other)
    np.testing.assert_array_equal(
        EventLog(settings.log_dir).ratings().rating, EventLog(undisturbed.log_dir).ratings().rating
    )


async def test_an_emptied_redis_is_filled_from_the_topic_at_the_next_start(
    producer: AIOKafkaProducer, space: KeySpace, settings: FeaturesSettings
) -> None:
    events = some_ratings()
    await send(producer, settings.kafka, events)
    async with running(settings):
        await until(lambda: applied(space, settings, len(events)))
    before = await digest(space)
    await empty(space)

    async with running(settings):
        await until(lambda: applied(space, settings, len(events)))

    assert await digest(space) == before


async def test_bytes_that_are_no_event_become_dead_letters_and_the_rest_counts(
    producer: AIOKafkaProducer, space: KeySpace, settings: FeaturesSettings
) -> None:
    name = topic_name(settings.kafka, RATINGS.name)
    rating_of_7 = a_rating().model_dump_json().replace("4.0", "7.0").encode()
    bad = [b'{"type": "movies_ra', rating_of_7, b"\xff\xfe", b""]
    for value in bad:
        await producer.send_and_wait(name, value, key=b"1")
    await send(producer, settings.kafka, [a_rating(user_id=1)])

    async with running(settings):
        await until(lambda: applied(space, settings, len(bad) + 1))
        async with open_consumer(settings.kafka, [], group=None) as reader:
            reader.subscribe([topic_name(settings.kafka, RATINGS.dead_letters)])
            letters = [await asyncio.wait_for(reader.getone(), 10) for _ in bad]

    assert await RatingStore(space).counts() == (1, 1)
    assert [letter.value for letter in letters] == bad
    reasons = [dict(letter.headers)["reason"].decode() for letter in letters]
    assert reasons == ["not_json", "schema", "not_json", "empty_value"]


async def test_a_dead_letter_too_large_for_its_topic_keeps_its_beginning(
    producer: AIOKafkaProducer, space: KeySpace, settings: FeaturesSettings
) -> None:
    name = topic_name(settings.kafka, RATINGS.name)
    large = '{"event_id": "' + "é" * 500_000 + '"}'
    await producer.send_and_wait(name, large.encode(), key=b"1")
    await send(producer, settings.kafka, [a_rating(user_id=1)])

    async with running(settings):
        await until(lambda: applied(space, settings, 2))
        async with open_consumer(settings.kafka, [], group=None) as reader:
            reader.subscribe([topic_name(settings.kafka, RATINGS.dead_letters)])
            letter = await asyncio.wait_for(reader.getone(), 10)

    headers = dict(letter.headers)
    assert large.encode().startswith(letter.value)
    assert len(letter.value) < 1_000_000
    assert headers["truncated"] == str(len(large.encode())).encode()
    assert headers["source_offset"] == b"0"
    assert headers["detail"].decode()
    assert await RatingStore(space).counts() == (1, 1)


async def test_a_movie_listed_twice_has_its_newest_title_once(
    producer: AIOKafkaProducer, space: KeySpace, settings: FeaturesSettings
) -> None:
    name = topic_name(settings.kafka, CATALOG.name)
    for title in ("Haet", "Heat"):
        await producer.send_and_wait(name, a_movie(title=title).model_dump_json().encode(), key=b"42")

    async with running(settings):
        await until(lambda: _has_two_offsets(settings))

    assert [movie.title for movie in EventLog(settings.log_dir).listed()] == ["Heat"]


async def _has_two_offsets(settings: FeaturesSettings) -> bool:
    log = EventLog(settings.log_dir)
    return sum(log.next_offset(CATALOG.name, partition) for partition in range(CATALOG.partitions)) >= 2
