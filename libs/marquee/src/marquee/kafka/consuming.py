"""The one consuming loop: at least once, in partition order, dead letters for what can never be used.

A position moves on after the effect. A handler that raises Transient is called again with the same records. `Positions`
decides where to read on: a consumer group, or the stores that hold the effects.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from prometheus_client import Counter

from marquee.contracts.batches import Batch, Delivered, Gap
from marquee.contracts.topics import MAX_RECORD_BYTES, Topic
from marquee.errors import InvalidEvent, Transient
from marquee.kafka.publisher import Publisher, Record
from marquee.retrying import Retry, growing, retried

log = structlog.get_logger()

CONSUMED = Counter("marquee_consumed_records_total", "Records whose effects are in place", ["topic"])
DEAD_LETTERS = Counter("marquee_dead_letters_total", "Records put aside", ["topic", "reason"])

RETRY_TOTAL_S = 240.0
"""How long one batch is tried, or a store or broker that cannot be reached, before the process ends."""

T = TypeVar("T")

MAX_DETAIL = 500
PARSED_AT_ONCE = 64
"""Records parsed before other tasks get a turn: a record of a bulk load holds up to 1,000 ratings."""


BATCH_PAUSES, POLL_PAUSES = growing(0.05, 1.0), growing(0.1, 1.0)
"""Between attempts to apply a batch, and to poll. A store that is back may wait as long as that for its events."""

Polled = Mapping[TopicPartition, Sequence[ConsumerRecord]]
Handle = Callable[[Batch[Any]], Awaitable[None]]


class Positions(Protocol):
    """Decides from where each partition is read."""

    async def before_poll(self) -> None:
        """Called before each poll, with no batch in hand: assign and seek here.

        Raises:
            Transient, KafkaError: a store or the broker cannot be reached; called again after a pause.
        """

    def begins(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> int | None:
        """The offset from which these records continue what was delivered; None to leave them unread."""

    async def delivered(self, partition: TopicPartition, next_offset: int) -> None:
        """The effects of everything before next_offset are in place."""

    async def gap(self, partition: TopicPartition, error: Gap) -> None:
        """A store lacks what lies before a batch."""


@dataclass(frozen=True, slots=True)
class GroupPositions:
    """A consumer group's positions: committed after the effect, so that the group reads on from there."""

    consumer: AIOKafkaConsumer

    async def before_poll(self) -> None:
        """Nothing to do: the group assigns partitions."""

    def begins(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> int | None:
        return int(records[0].offset)

    async def delivered(self, partition: TopicPartition, next_offset: int) -> None:
        """Commit. If the commit is refused after a rebalance, the records are delivered again."""
        try:
            await self.consumer.commit({partition: next_offset})
        except (CommitFailedError, IllegalStateError) as error:
            log.warning("commit_refused", partition=partition.partition, topic=partition.topic, error=str(error))
        except KafkaError as error:  # the effect is in place; the next commit covers this one
            log.warning("commit_failed", partition=partition.partition, topic=partition.topic, error=str(error))

    async def gap(self, partition: TopicPartition, error: Gap) -> None:
        raise error


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """Puts unusable bytes on <topic>.dlq, unchanged, with the reason and the place they came from."""

    publisher: Publisher

    async def put(self, topic: Topic[Any], record: ConsumerRecord, error: InvalidEvent) -> None:
        """Wait for the broker's ack.

        Raises:
            Transient: the broker did not take it.
        """
        value, key = record.value or b"", record.key or b""
        headers = [
            ("reason", error.reason.encode()),
            ("detail", error.detail[:MAX_DETAIL].encode()),
            ("source_topic", topic.name.encode()),
            ("source_partition", str(record.partition).encode()),
            ("source_offset", str(record.offset).encode()),
        ]
        room = MAX_RECORD_BYTES - len(key)
        if len(value) > room:  # the whole record is still on its topic
            headers.append(("truncated", str(len(value)).encode()))
        await self.publisher.publish_to(topic.dead_letters, [Record(key, value[:room], tuple(headers))])
        DEAD_LETTERS.labels(topic.name, error.reason).inc()
        log.warning(
            "dead_letter",
            topic=topic.name,
            partition=record.partition,
            offset=record.offset,
            reason=error.reason,
            detail=error.detail[:MAX_DETAIL],
        )


async def consume(
    consumer: AIOKafkaConsumer,
    topics: Sequence[Topic[Any]],
    handle: Handle,
    *,
    dead_letters: DeadLetters,
    positions: Positions | None = None,
    prefix: str = "",
    max_records: int = 500,
    retry_total_s: float = RETRY_TOTAL_S,
) -> None:
    """Deliver batches until cancelled. Cancelling leaves the position before the batch in hand.

    Args:
        positions: who decides where to read on; the consumer's group if not given.
        prefix: of the topics' names on the broker.
    Raises:
        Transient: a batch still failed, or a store or the broker was unreachable, after retry_total_s; the process
            should end and be started again.
    """
    contracts = {prefix + topic.name: topic for topic in topics}
    places: Positions = positions or GroupPositions(consumer)

    async def deliver(partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        first = places.begins(partition, records)
        if first is None:
            return
        topic = contracts[partition.topic]
        kept = [record for record in records if record.offset >= first]
        end = records[-1].offset + 1
        what = f"{topic.name}/{partition.partition}"
        try:
            batch = await _with_retries(
                lambda: _parsed(topic, partition.partition, first, kept, end, dead_letters), what, retry_total_s
            )
            await _with_retries(lambda: handle(batch), what, retry_total_s)
        except Gap as error:
            await places.gap(partition, error)
        else:
            await places.delivered(partition, batch.next_offset)
            CONSUMED.labels(topic.name).inc(len(kept))

    async def poll() -> Polled:
        await places.before_poll()
        return await consumer.getmany(timeout_ms=500, max_records=max_records)  # type: ignore[no-any-return]  # aiokafka is untyped

    while True:
        polled = await _polled(poll, retry_total_s)
        # partitions run concurrently: while one waits for a store another computes; each keeps its order
        outcomes = await asyncio.gather(*(deliver(*item) for item in polled.items()), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome


async def _polled(poll: Callable[[], Awaitable[Polled]], total_s: float) -> Polled:
    """Raises: Transient if a store, or the broker (KafkaError), cannot be reached for total_s."""

    def report(retry: Retry) -> None:
        if retry.attempt == 0:
            log.warning("consuming_paused", error=f"{type(retry.error).__name__}: {retry.error}")

    try:
        return await retried(poll, on=(Transient, KafkaError), total_s=total_s, pauses=POLL_PAUSES, on_retry=report)
    except (Transient, KafkaError) as error:
        raise Transient(f"nothing could be consumed for {total_s:.0f} s: {error}") from error


async def _parsed(
    topic: Topic[Any],
    partition: int,
    first_offset: int,
    records: Sequence[ConsumerRecord],
    next_offset: int,
    dead_letters: DeadLetters,
) -> Batch[Any]:
    usable = []
    for at, record in enumerate(records):
        if at % PARSED_AT_ONCE == PARSED_AT_ONCE - 1:
            await asyncio.sleep(0)
        try:
            usable.append(Delivered(record.offset, topic.parse(record.value), record.value))
        except InvalidEvent as error:
            await dead_letters.put(topic, record, error)
    return Batch(topic, partition, first_offset, next_offset, tuple(usable))


async def _with_retries(call: Callable[[], Awaitable[T]], what: str, total_s: float) -> T:
    """Raises: Transient, naming the partition and the time tried."""

    def report(retry: Retry) -> None:
        log.warning("batch_retried", partition=what, error=str(retry.error))

    try:
        return await retried(call, on=(Transient,), total_s=total_s, pauses=BATCH_PAUSES, on_retry=report)
    except Transient as error:
        raise Transient(f"{what}: tried for {total_s:.0f} s: {error}") from error
