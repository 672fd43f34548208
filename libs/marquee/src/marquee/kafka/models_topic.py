"""Which model to serve: the newest promotion or roll-back on models.v1; and what it says of all models.

The topic is compacted by key: one key says what to serve now, and each model that does not serve has one of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS
from marquee.errors import InvalidEvent, Transient
from marquee.kafka.clients import open_consumer, topic_name
from marquee.kafka.topic_view import TopicView
from marquee.settings import KafkaSettings

log = structlog.get_logger()

SERVED = (ModelStatus.PROMOTED, ModelStatus.ROLLED_BACK)
RECENT = 100
"""Offsets at the end that are read first; the whole topic is read only if none of them says what to serve."""

READ_LIMIT_S = 15.0
RETRY_S = 1.0


async def current_model(settings: KafkaSettings, *, limit_s: float = READ_LIMIT_S) -> ModelChanged | None:
    """The model to serve now; None before the first promotion.

    Raises:
        Transient: the topic could not be read to its end within limit_s.
    """
    try:
        async with asyncio.timeout(limit_s), open_consumer(settings, [], group=None) as consumer:
            partition = _partition(settings)
            consumer.assign([partition])
            return await _newest(consumer, partition)
    except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
        raise _unreadable(settings, limit_s, error) from error


async def model_events(settings: KafkaSettings, *, limit_s: float = READ_LIMIT_S) -> list[ModelChanged]:
    """Everything that models.v1 holds, in its order; records that cannot be read are left out.

    Raises:
        Transient: the topic could not be read to its end within limit_s.
    """
    found: list[ModelChanged] = []

    def keep(_: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        events = (_parsed(record.offset, record.value) for record in records)
        found.extend(event for event in events if event is not None)

    try:
        async with asyncio.timeout(limit_s), open_consumer(settings, [], group=None) as consumer:
            partition = _partition(settings)
            consumer.assign([partition])
            consumer.seek(partition, (await consumer.beginning_offsets([partition]))[partition])
            await TopicView(consumer, keep, what=MODELS.name).read_to_end()
    except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
        raise _unreadable(settings, limit_s, error) from error
    return found


async def model_changes(settings: KafkaSettings, *, check_every_s: float = READ_LIMIT_S) -> AsyncIterator[ModelChanged]:
    """Every model to serve from now on, the current one first. If several come at once, only the newest. Never ends.

    The end of the topic is read again with each new record and every check_every_s. So a topic that is truncated or
    created again under the reader, or whose offsets are used twice, is judged by the events on it and not by offsets.
    """
    async with open_consumer(settings, [], group=None) as consumer:
        partition = _partition(settings)
        consumer.assign([partition])
        served: ModelChanged | None = None
        is_unreadable = False
        while True:
            try:
                async with asyncio.timeout(READ_LIMIT_S):
                    newest = await _newest(consumer, partition)
            except (KafkaError, OSError) as error:
                if not is_unreadable:
                    log.warning("models_unreadable", error=str(_unreadable(settings, READ_LIMIT_S, error)))
                is_unreadable = True
                await asyncio.sleep(RETRY_S)
                continue
            is_unreadable = False
            if newest is not None and newest != served:
                served = newest
                yield newest
            await _something_new(consumer, partition, limit_s=check_every_s)


async def _newest(consumer: AIOKafkaConsumer, partition: TopicPartition) -> ModelChanged | None:
    """The newest event that says what to serve; the consumer is at the topic's end afterwards."""
    start = (await consumer.beginning_offsets([partition]))[partition]
    end = (await consumer.end_offsets([partition]))[partition]
    recent = max(start, end - RECENT)
    newest = await _newest_from(consumer, partition, recent)
    if newest is None and recent > start:
        newest = await _newest_from(consumer, partition, start)
    return newest


async def _newest_from(consumer: AIOKafkaConsumer, partition: TopicPartition, start: int) -> ModelChanged | None:
    newest: ModelChanged | None = None

    def keep(_: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        nonlocal newest
        for record in records:
            newest = _served(record.offset, record.value) or newest

    consumer.seek(partition, start)
    await TopicView(consumer, keep, what=MODELS.name).read_to_end()
    return newest


async def _something_new(consumer: AIOKafkaConsumer, partition: TopicPartition, *, limit_s: float) -> None:
    """Wait for a record, or for limit_s."""
    try:
        await consumer.getmany(partition, timeout_ms=int(limit_s * 1_000), max_records=1)
    except KafkaError as error:  # whatever it was, the end of the topic is read again next
        log.warning("models_read_again", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(RETRY_S)


def _served(offset: int, value: bytes | None) -> ModelChanged | None:
    """The event if it says what to serve."""
    change = _parsed(offset, value)
    return change if change is not None and change.status in SERVED else None


def _parsed(offset: int, value: bytes | None) -> ModelChanged | None:
    try:
        return MODELS.parse(value)
    except InvalidEvent as error:
        log.warning("model_event_unusable", offset=offset, reason=error.reason, detail=error.detail)
        return None


def _partition(settings: KafkaSettings) -> TopicPartition:
    return TopicPartition(topic_name(settings, MODELS.name), 0)


def _unreadable(settings: KafkaSettings, limit_s: float, error: BaseException) -> Transient:
    cause = f"{type(error).__name__}: {error}".strip(": ")
    return Transient(f"{MODELS.name} on kafka at {settings.bootstrap} could not be read within {limit_s:g} s ({cause})")
