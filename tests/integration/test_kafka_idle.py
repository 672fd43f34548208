"""A consumer with nothing to read costs next to nothing, and still hears the first record at once."""

import asyncio
import time
from typing import Any

import pytest

from marquee.contracts.topics import RATINGS
from marquee.kafka.clients import ensure_topics, open_consumer, open_producer, topic_name
from marquee.settings import KafkaSettings
from support.builders import a_rating

pytestmark = pytest.mark.integration


async def test_given_an_idle_topic_then_a_consumer_asks_seldom_and_hears_a_record_soon(
    kafka_settings: KafkaSettings,
) -> None:
    await ensure_topics(kafka_settings, [RATINGS], wait_s=30)
    async with open_consumer(kafka_settings, [RATINGS], group=None) as consumer, open_producer(kafka_settings) as out:
        await consumer.getmany(timeout_ms=500)
        send, asked = consumer._client.send, 0

        async def counting(*args: Any, **options: Any) -> Any:
            nonlocal asked
            asked += 1
            return await send(*args, **options)

        consumer._client.send = counting
        await consumer.getmany(timeout_ms=1_000)

        assert asked < 150

        event = a_rating()
        reading = asyncio.create_task(consumer.getmany(timeout_ms=5_000))
        await out.send_and_wait(
            topic_name(kafka_settings, RATINGS.name), event.model_dump_json().encode(), key=RATINGS.key_of(event)
        )
        sent = time.monotonic()
        assert await reading
        assert time.monotonic() - sent < 0.5
