"""A view of a topic: complete when everything that stood there has been applied, then up to date."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord, TopicPartition

from marquee.contracts.topics import CATALOG
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics, open_consumer, topic_name
from marquee.kafka.publisher import Publisher, Record
from marquee.kafka.topic_view import TopicView
from marquee.settings import KafkaSettings
from support.wait import until

pytestmark = pytest.mark.integration


async def publish(kafka: KafkaSettings, *keys: int) -> None:
    async with Publisher(kafka, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [Record(b"%d" % key, b"%d" % key) for key in keys])


@asynccontextmanager
async def a_view(kafka: KafkaSettings) -> AsyncIterator[tuple[TopicView, set[int]]]:
    """A view of catalog.v1 that keeps each record's number."""
    kept: set[int] = set()

    def keep(_: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        kept.update(int(record.value) for record in records)

    await ensure_topics(kafka, [CATALOG], wait_s=20)
    async with open_consumer(kafka, [CATALOG], group=None) as consumer:
        yield TopicView(consumer, keep, what="the catalogue", describe=lambda: f"{len(kept)} kept"), kept


@asynccontextmanager
async def followed(view: TopicView) -> AsyncIterator[None]:
    task = asyncio.create_task(view.follow())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_view_holds_all_that_stood_on_the_topic_before_it_is_complete(kafka_settings: KafkaSettings) -> None:
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    await publish(kafka_settings, *range(1_000))
    async with a_view(kafka_settings) as (view, kept):
        assert not view.is_complete
        with pytest.raises(Transient, match="the catalogue is still being read"):
            await view.ping()

        await view.read_to_end(limit_s=30)

        assert view.is_complete
        assert kept == set(range(1_000))
        assert await view.ping() == "1000 kept"


async def test_an_empty_topic_is_complete_at_once(kafka_settings: KafkaSettings) -> None:
    async with a_view(kafka_settings) as (view, kept):
        await view.read_to_end(limit_s=10)

        assert (view.is_complete, kept) == (True, set())


async def test_a_followed_view_goes_on_with_what_comes(kafka_settings: KafkaSettings) -> None:
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    await publish(kafka_settings, 1)
    async with a_view(kafka_settings) as (view, kept), followed(view):

        async def is_complete() -> bool:
            return view.is_complete

        async def has_both() -> bool:
            return kept == {1, 2}

        await until(is_complete)
        assert kept == {1}

        await publish(kafka_settings, 2)
        await until(has_both)


async def test_a_view_reads_again_to_an_end_that_has_moved(kafka_settings: KafkaSettings) -> None:
    async with a_view(kafka_settings) as (view, kept):
        await view.read_to_end(limit_s=10)
        await publish(kafka_settings, 1, 2, 3)

        await view.read_to_end(limit_s=10)

        assert kept == {1, 2, 3}


async def test_an_end_that_is_no_record_is_reached(kafka_settings: KafkaSettings) -> None:
    """A transaction's marker takes an offset, and so does a record that compaction removed."""
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    name = topic_name(kafka_settings, CATALOG.name)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_settings.bootstrap, transactional_id=name)
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(name, b"7", key=b"7", partition=0)
    finally:
        await producer.stop()

    async with a_view(kafka_settings) as (view, kept):
        await view.read_to_end(limit_s=10)

        assert kept == {7}
