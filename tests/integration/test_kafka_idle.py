"""A consumer with nothing to read costs next to nothing, and still receives the first record at once."""

import asyncio
import logging

import pytest

from marquee.contracts.topics import RATINGS
from marquee.kafka.clients import ensure_topics, open_consumer, open_producer, topic_name
from marquee.patches import Word
from marquee.settings import KafkaSettings
from support.builders import a_rating

pytestmark = pytest.mark.integration


async def test_an_idle_consumer_asks_seldom_and_receives_the_next_record(
    kafka_settings: KafkaSettings, caplog: pytest.LogCaptureFixture
) -> None:
    settings = kafka_settings.model_copy(update={"idle_pause": True})
    await ensure_topics(settings, [RATINGS], wait_s=30)
    async with open_consumer(settings, [RATINGS], group=None) as consumer, open_producer(settings) as out:
        await consumer.getmany(timeout_ms=2_000)
        with caplog.at_level(logging.DEBUG, logger="aiokafka.conn"):
            await consumer.getmany(timeout_ms=1_000)

        requests = [record for record in caplog.records if record.getMessage().startswith("Request to ")]
        assert 0 < len(requests) < 12

        event = a_rating()
        reading = asyncio.create_task(consumer.getmany(timeout_ms=30_000))
        await out.send_and_wait(
            topic_name(settings, RATINGS.name), event.model_dump_json().encode(), key=RATINGS.key_of(event)
        )
        assert await reading


async def test_a_consumer_that_is_told_of_a_record_does_not_pause(
    kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marquee.patches.FIRST_PAUSE_S", 600.0)
    monkeypatch.setattr("marquee.patches.LONGEST_PAUSE_S", 600.0)
    settings = kafka_settings.model_copy(update={"idle_pause": True})
    await ensure_topics(settings, [RATINGS], wait_s=30)
    arrivals = Word()
    async with (
        open_consumer(settings, [RATINGS], group=None, arrivals=arrivals) as consumer,
        open_producer(settings) as out,
    ):
        assert not await consumer.getmany(timeout_ms=1_000)
        event = a_rating()
        await out.send_and_wait(
            topic_name(settings, RATINGS.name), event.model_dump_json().encode(), key=RATINGS.key_of(event)
        )

        reading = asyncio.create_task(consumer.getmany(timeout_ms=30_000))
        while not reading.done():  # the first fetches may be of some partitions only
            arrivals.say()
            await asyncio.sleep(0.05)
        assert await reading
