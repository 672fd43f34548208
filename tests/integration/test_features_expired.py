"""The broker removes old activity by age: the stores keep theirs, and a new one is filled from the log."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from features.settings import FeaturesSettings
from features.wiring import Wiring
from marquee.contracts.events import UserActed
from marquee.contracts.topics import ACTIVITY, RATINGS, shard_of
from marquee.kafka.clients import ensure_topics, topic_name
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.known_users import UserReader
from support.builders import an_act, an_impression
from support.ratings_flow import running
from support.wait import until

pytestmark = pytest.mark.integration

USER, DAY_MS = 7, 86_400_000
ACTS = [
    an_act(user_id=USER, movie_id=1),
    an_impression(user_id=USER),
    an_act(user_id=USER, movie_id=2),
    an_act("undismissed", user_id=USER, movie_id=1),
    an_act(user_id=USER, movie_id=3),
]


@pytest.fixture
def settings(kafka_settings: KafkaSettings, redis_settings: RedisSettings, tmp_path: Path) -> FeaturesSettings:
    return FeaturesSettings(
        kafka=kafka_settings, redis=redis_settings, log_dir=str(tmp_path / "log"), wait_s=20, replica="one"
    )


@asynccontextmanager
async def admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def send(settings: KafkaSettings, *acts: UserActed) -> None:
    async with Publisher(settings, timeout_s=20) as publisher:
        await publisher.publish(ACTIVITY, [record_of(ACTIVITY, act) for act in acts])


async def expire(settings: KafkaSettings, before: int) -> None:
    """What the broker does to records that are too old."""
    partition = TopicPartition(topic_name(settings, ACTIVITY.name), shard_of(USER))
    async with admin(settings) as client:
        await client.delete_records({partition: RecordsToDelete(before_offset=before)})


async def forget(space: KeySpace) -> None:
    keys = [key async for key in space.redis.scan_iter(match=f"*{space.name}.{ACTIVITY.name}*")]
    await space.redis.delete(*keys)


async def is_settled(wiring: Wiring) -> bool:
    return not (await wiring.positions.true_lag())[ACTIVITY.name]


@pytest.mark.parametrize("left", ["nothing", "the newest record"])
@pytest.mark.parametrize("while_running", [True, False], ids=["while running", "while stopped"])
async def test_an_emptied_redis_has_dismissals_that_the_broker_has_removed(
    settings: FeaturesSettings, space: KeySpace, left: str, while_running: bool
) -> None:
    await ensure_topics(settings.kafka, wait_s=20)
    await send(settings.kafka, *ACTS)
    end = len(ACTS) if left == "nothing" else len(ACTS) - 1
    async with running(settings) as wiring:
        await until(partial(is_settled, wiring))
        await expire(settings.kafka, end)
        if while_running:
            await forget(space)
            await until(partial(_is_there, space, {2, 3}))
    if not while_running:
        await forget(space)
        async with running(settings) as wiring:
            await until(partial(is_settled, wiring))
            await until(partial(_is_there, space, {2, 3}))
            await send(settings.kafka, an_act(user_id=USER, movie_id=4))
            await until(partial(_is_there, space, {2, 3, 4}))


async def _is_there(space: KeySpace, movies: set[int]) -> bool:
    read = await UserReader(space).read(USER)
    return not read.is_rebuilding and read.dismissals.movies == movies


async def test_a_log_that_is_lost_begins_anew_where_the_topic_does(settings: FeaturesSettings, space: KeySpace) -> None:
    await ensure_topics(settings.kafka, wait_s=20)
    await send(settings.kafka, *ACTS)
    async with running(settings) as wiring:
        await until(partial(is_settled, wiring))
    await expire(settings.kafka, len(ACTS))
    await asyncio.to_thread(shutil.rmtree, settings.log_dir)

    async with running(settings) as wiring:
        await until(partial(is_settled, wiring))
        new = an_act(user_id=USER, movie_id=4)
        await send(settings.kafka, new)
        await until(partial(_is_there, space, {2, 3, 4}))

    events = EventLog(settings.log_dir).events(ACTIVITY.name, shard_of(USER), first=0)
    assert [ACTIVITY.parse(event.value) for event in events] == [new]


@pytest.mark.parametrize("days", [30, 7])
async def test_the_broker_is_told_to_keep_activity_for_some_days_and_ratings_for_ever(
    kafka_settings: KafkaSettings, days: int
) -> None:
    settings = kafka_settings.model_copy(update={"activity_days": days})
    await ensure_topics(settings, [ACTIVITY, RATINGS], wait_s=20)

    names = [topic_name(settings, name) for name in (ACTIVITY.name, ACTIVITY.dead_letters, RATINGS.name)]
    async with admin(settings) as client:
        answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    kept = {
        resource[3]: next(entry[1] for entry in resource[4] if entry[0] == "retention.ms")
        for answer in answers
        for resource in answer.resources
    }
    assert [kept[name] for name in names] == [str(days * DAY_MS), "-1", "-1"]
