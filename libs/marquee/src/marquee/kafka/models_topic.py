"""Which model to serve: the newest promotion or roll-back on models.v1; which one is a shadow; what it says of all.

The topic is compacted by key: one key says what to serve now, and each model that does not serve has one of its own.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.registry import ROLLED_BACK_TO
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


@dataclass(frozen=True, slots=True)
class Standing:
    """What a ranker does with which model: one serves, another may be ranked with beside it and not be shown.

    Attributes:
        barred: versions that never serve in the place of another one: refused, rolled back from, or not yet decided on.
    """

    served: ModelChanged | None = None
    shadow: ModelChanged | None = None
    barred: frozenset[str] = frozenset()

    @classmethod
    def of(cls, events: Iterable[ModelChanged]) -> "Standing":
        """By events in the order of the topic; the newest one about a model holds."""
        served: ModelChanged | None = None
        past: dict[str, ModelChanged] = {}
        for event in events:
            if event.status in SERVED:
                served = event
            else:
                past[event.version] = event
        shadows = [event for event in past.values() if event.state is ModelState.SHADOW]
        shadow = max(shadows, key=lambda event: event.changed_at, default=None)
        is_serving = served is not None and shadow is not None and served.version == shadow.version
        barred = {
            version
            for version, event in past.items()
            if event.state not in (None, ModelState.RETIRED) or event.reason.startswith(ROLLED_BACK_TO)
        }
        barred -= {served.version} if served is not None else set()
        return cls(served, None if is_serving else shadow, frozenset(barred))


async def current_model(settings: KafkaSettings, *, limit_s: float = READ_LIMIT_S) -> ModelChanged | None:
    """The model to serve now; None before the first promotion.

    Raises:
        Transient: the topic could not be read to its end within limit_s.
    """
    try:
        async with asyncio.timeout(limit_s), open_consumer(settings, [], group=None) as consumer:
            partition = _partition(settings)
            consumer.assign([partition])
            return (await _standing(consumer, partition)).served
    except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
        raise _unreadable(settings, limit_s, error) from error


async def model_events(settings: KafkaSettings, *, limit_s: float = READ_LIMIT_S) -> list[ModelChanged]:
    """Everything that models.v1 holds, in its order; records that cannot be read are left out.

    Raises:
        Transient: the topic could not be read to its end within limit_s.
    """
    try:
        async with asyncio.timeout(limit_s), open_consumer(settings, [], group=None) as consumer:
            partition = _partition(settings)
            consumer.assign([partition])
            return await _events_from(consumer, partition, (await consumer.beginning_offsets([partition]))[partition])
    except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
        raise _unreadable(settings, limit_s, error) from error


async def model_changes(settings: KafkaSettings, *, check_every_s: float = READ_LIMIT_S) -> AsyncIterator[ModelChanged]:
    """Every model to serve from now on, the current one first. If several come at once, only the newest. Never ends."""
    served: ModelChanged | None = None
    async for standing in standings(settings, check_every_s=check_every_s):
        if standing.served is not None and standing.served != served:
            served = standing.served
            yield served


async def standings(settings: KafkaSettings, *, check_every_s: float = READ_LIMIT_S) -> AsyncIterator[Standing]:
    """Every standing from now on, the current one first. If several come at once, only the newest. Never ends.

    The end of the topic is read again with each new record and every check_every_s. So a topic that is truncated or
    created again under the reader, or whose offsets are used twice, is judged by the events on it and not by offsets.
    """
    async with open_consumer(settings, [], group=None) as consumer:
        partition = _partition(settings)
        consumer.assign([partition])
        known: Standing | None = None
        is_unreadable = False
        while True:
            try:
                async with asyncio.timeout(READ_LIMIT_S):
                    newest = await _standing(consumer, partition)
            except (KafkaError, OSError) as error:
                if not is_unreadable:
                    log.warning("models_unreadable", error=str(_unreadable(settings, READ_LIMIT_S, error)))
                is_unreadable = True
                await asyncio.sleep(RETRY_S)
                continue
            is_unreadable = False
            if newest != known:
                known = newest
                yield newest
            await _something_new(consumer, partition, limit_s=check_every_s)


async def _standing(consumer: AIOKafkaConsumer, partition: TopicPartition) -> Standing:
    """By the newest events; the consumer is at the topic's end afterwards."""
    start = (await consumer.beginning_offsets([partition]))[partition]
    end = (await consumer.end_offsets([partition]))[partition]
    recent = max(start, end - RECENT)
    newest = Standing.of(await _events_from(consumer, partition, recent))
    if newest.served is None and recent > start:
        newest = Standing.of(await _events_from(consumer, partition, start))
    return newest


async def _events_from(consumer: AIOKafkaConsumer, partition: TopicPartition, start: int) -> list[ModelChanged]:
    """The events that can be read, in the order of the topic."""
    found: list[ModelChanged] = []

    def keep(_: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        events = (_parsed(record.offset, record.value) for record in records)
        found.extend(event for event in events if event is not None)

    consumer.seek(partition, start)
    await TopicView(consumer, keep, what=MODELS.name).read_to_end()
    return found


async def _something_new(consumer: AIOKafkaConsumer, partition: TopicPartition, *, limit_s: float) -> None:
    """Wait for a record, or for limit_s."""
    try:
        await consumer.getmany(partition, timeout_ms=int(limit_s * 1_000), max_records=1)
    except KafkaError as error:  # whatever it was, the end of the topic is read again next
        log.warning("models_read_again", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(RETRY_S)


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
