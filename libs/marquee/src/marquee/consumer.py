"""The one consuming loop: at least once, in partition order, dead letters for what can never be used.

Offsets are committed after the effect. A handler that raises Transient is called again with the same records;
a commit refused after a rebalance means redelivery, which handlers must bear.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from prometheus_client import Counter

from marquee.errors import InvalidEvent, Transient
from marquee.topics import E, Topic

log = structlog.get_logger()

CONSUMED = Counter("marquee_consumed_records_total", "Records whose effects are in place", ["topic"])
DEAD_LETTERS = Counter("marquee_dead_letters_total", "Records put aside", ["topic", "reason"])

RETRY_TOTAL_S = 240.0
"""Below max_poll_interval_ms: past it the group would take the partition away in the middle of a retry."""


@dataclass(frozen=True, slots=True)
class Delivered(Generic[E]):
    """One usable record: the event, and the bytes it was read from."""

    offset: int
    event: E
    value: bytes


@dataclass(frozen=True, slots=True)
class Batch(Generic[E]):
    """Consecutive records of one partition; offsets without an event were dead letters.

    Attributes:
        topic: the topic's contract.
        first_offset, next_offset: the range read, the second exclusive.
    """

    topic: Topic[E]
    partition: int
    first_offset: int
    next_offset: int
    records: tuple[Delivered[E], ...]


Handle = Callable[[Batch[Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Puts unusable bytes on <topic>.dlq, as they are, with the reason and where they stood."""

    producer: AIOKafkaProducer
    prefix: str = ""

    async def put(self, topic: Topic[Any], record: ConsumerRecord, error: InvalidEvent) -> None:
        headers = [
            ("reason", error.reason.encode()),
            ("detail", error.detail.encode()[:1_000]),
            ("source_topic", topic.name.encode()),
            ("source_partition", str(record.partition).encode()),
            ("source_offset", str(record.offset).encode()),
        ]
        await self.producer.send_and_wait(
            self.prefix + topic.dead_letters, value=record.value or b"", key=record.key, headers=headers
        )
        DEAD_LETTERS.labels(topic.name, error.reason).inc()
        log.warning(
            "dead_letter",
            topic=topic.name,
            partition=record.partition,
            offset=record.offset,
            reason=error.reason,
            detail=error.detail,
        )


async def consume(
    consumer: AIOKafkaConsumer,
    topics: Sequence[Topic[Any]],
    handle: Handle,
    *,
    dead_letters: DeadLetters,
    max_records: int = 500,
    retry_total_s: float = RETRY_TOTAL_S,
) -> None:
    """Deliver batches for ever. Cancelling leaves the batch in hand uncommitted.

    Raises:
        Transient: a batch still failed after retry_total_s; the process should end and be started again.
    """
    contracts = {dead_letters.prefix + topic.name: topic for topic in topics}

    async def deliver(partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        topic = contracts[partition.topic]
        batch = await _parsed(topic, records, dead_letters)
        await _with_retries(handle, batch, total_s=retry_total_s)
        await _commit(consumer, partition, batch.next_offset)
        CONSUMED.labels(topic.name).inc(len(records))

    while True:
        polled = await consumer.getmany(timeout_ms=1_000, max_records=max_records)
        # partitions side by side: while one waits for a store the next one computes; each keeps its own order
        outcomes = await asyncio.gather(*(deliver(*item) for item in polled.items()), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome


async def _parsed(topic: Topic[Any], records: Sequence[ConsumerRecord], dead_letters: DeadLetters) -> Batch[Any]:
    usable = []
    for record in records:
        try:
            usable.append(Delivered(record.offset, topic.parse(record.value), record.value))
        except InvalidEvent as error:
            await dead_letters.put(topic, record, error)
    return Batch(topic, records[0].partition, records[0].offset, records[-1].offset + 1, tuple(usable))


async def _with_retries(handle: Handle, batch: Batch[Any], *, total_s: float) -> None:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + total_s
    pause_s = 0.05
    while True:
        try:
            return await handle(batch)
        except Transient as error:
            if loop.time() + pause_s > deadline:
                raise Transient(f"{batch.topic.name}/{batch.partition}: tried for {total_s:.0f} s: {error}") from error
            log.warning("batch_retried", topic=batch.topic.name, partition=batch.partition, error=str(error))
        await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
        pause_s = min(pause_s * 2, 5.0)


async def _commit(consumer: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
    try:
        await consumer.commit({partition: offset})
    except (CommitFailedError, IllegalStateError) as error:
        log.warning("commit_refused", partition=partition.partition, topic=partition.topic, error=str(error))
    except KafkaError as error:  # the effect stands and its offset is stored; the next commit covers this one
        log.warning("commit_failed", partition=partition.partition, topic=partition.topic, error=str(error))
