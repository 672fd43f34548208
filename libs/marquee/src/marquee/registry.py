"""Which model is to be served: the newest promotion or roll-back on models.v1."""

from collections.abc import AsyncIterator

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from marquee.errors import InvalidEvent
from marquee.events import ModelChanged, ModelStatus
from marquee.kafka import open_consumer, topic_name
from marquee.settings import KafkaSettings
from marquee.topics import MODELS

log = structlog.get_logger()

SERVED = (ModelStatus.PROMOTED, ModelStatus.ROLLED_BACK)


async def current_model(settings: KafkaSettings) -> ModelChanged | None:
    """The model to serve now; None before the first promotion."""
    async with open_consumer(settings, [], group=None) as consumer:
        partition = TopicPartition(topic_name(settings, MODELS.name), 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        current = None
        while await consumer.position(partition) < end:
            current = await _next(consumer) or current
    return current


async def model_changes(settings: KafkaSettings) -> AsyncIterator[ModelChanged]:
    """Every model to serve from the topic's start on, for ever; of a backlog only the newest."""
    async with open_consumer(settings, [], group=None) as consumer:
        partition = TopicPartition(topic_name(settings, MODELS.name), 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        while True:
            change = await _next(consumer)
            if change is not None and await consumer.position(partition) >= end:
                yield change


async def _next(consumer: AIOKafkaConsumer) -> ModelChanged | None:
    """The next record if it says what to serve."""
    record = await consumer.getone()
    try:
        change = MODELS.parse(record.value)
    except InvalidEvent as error:
        log.warning("model_event_unusable", offset=record.offset, reason=error.reason, detail=error.detail)
        return None
    return change if change.status in SERVED else None
