"""A consumer with nothing to read costs next to nothing, and still receives the first record at once."""

import asyncio
import logging
import time

import pytest

from marquee.contracts.topics import RATINGS
from marquee.kafka.clients import ensure_topics, open_consumer, open_producer, topic_name
from marquee.settings import KafkaSettings
from support.builders import a_rating

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(("is_urgent", "at_most"), [(True, 150), (False, 40)])
async def test_an_idle_consumer_asks_seldom_and_receives_a_record_soon(
    kafka_settings: KafkaSettings, caplog: pytest.LogCaptureFixture, is_urgent: bool, at_most: int
) -> None:
    settings = kafka_settings.model_copy(update={"idle_pause": True})
    await ensure_topics(settings, [RATINGS], wait_s=30)
    async with (
        open_consumer(settings, [RATINGS], group=None, is_urgent=is_urgent) as consumer,
        open_producer(settings) as out,
    ):
        await consumer.getmany(timeout_ms=500)
        with caplog.at_level(logging.DEBUG, logger="aiokafka.conn"):
            await consumer.getmany(timeout_ms=1_000)

        requests = [record for record in caplog.records if record.getMessage().startswith("Request to ")]
        assert 0 < len(requests) < at_most

        event = a_rating()
        reading = asyncio.create_task(consumer.getmany(timeout_ms=5_000))
        await out.send_and_wait(
            topic_name(settings, RATINGS.name), event.model_dump_json().encode(), key=RATINGS.key_of(event)
        )
        sent = time.monotonic()
        assert await reading
        assert time.monotonic() - sent < 2.5  # half of what a fetch may wait
