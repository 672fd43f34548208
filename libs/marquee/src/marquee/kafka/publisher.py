"""Sends records and waits for the broker's ack. A producer that failed is replaced by a new one."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidProducerEpoch, KafkaError, OutOfOrderSequenceNumber, UnknownProducerId

from marquee.contracts.topics import MAX_RECORD_BYTES, E, Topic, partition_of
from marquee.errors import Transient
from marquee.kafka.clients import topic_name
from marquee.patches import abandon_producer, start_client
from marquee.settings import KafkaSettings

log = structlog.get_logger()

BULK_OPTIONS = {"linger_ms": 5, "max_batch_size": 786_432}
"""For throughput. A batch, too, has to stay below the broker's limit of 1 MiB."""


BATCHED_FROM = 16
"""Records of one call from which on they are put into batches here, instead of one after the other by the producer."""

FORGOTTEN = (OutOfOrderSequenceNumber, UnknownProducerId, InvalidProducerEpoch)


class _Forgotten(Transient):
    """The broker no longer knows the producer's sequence."""


class Record(NamedTuple):
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Ack(NamedTuple):
    partition: int
    offset: int


def record_of(topic: Topic[E], event: E, *headers: tuple[str, bytes]) -> Record:
    """An event as its topic carries it."""
    return Record(topic.key_of(event), event.model_dump_json().encode(), headers)


async def _one_by_one(
    producer: AIOKafkaProducer, name: str, records: Sequence[Record], partitions: int | None
) -> list[Ack]:
    """Send records that share a batch with whatever else is sent at the moment."""
    sent = [
        await producer.send(
            name,
            value=record.value,
            key=record.key,
            partition=None if partitions is None else partition_of(record.key, partitions),
            headers=list(record.headers),
        )
        for record in records
    ]
    return [Ack(ack.partition, ack.offset) for ack in await asyncio.gather(*sent)]


async def _in_batches(producer: AIOKafkaProducer, name: str, records: Sequence[Record], partitions: int) -> list[Ack]:
    """Send batches of our own, which saves a future per record: more than half of the time of sending many."""
    by_partition: dict[int, list[int]] = {}
    for at, record in enumerate(records):
        by_partition.setdefault(partition_of(record.key, partitions), []).append(at)
    acks: dict[int, Ack] = {}

    async def send(partition: int, places: Sequence[int]) -> None:
        while places:
            batch, taken = producer.create_batch(), 0
            for at in places:
                record = records[at]
                if (
                    batch.append(key=record.key, value=record.value, timestamp=None, headers=list(record.headers))
                    is None
                ):
                    break
                taken += 1
            sent = await producer.send_batch(batch, name, partition=partition)
            first = (await sent).offset
            acks.update((at, Ack(partition, first + after)) for after, at in enumerate(places[:taken]))
            places = places[taken:]

    await asyncio.gather(*(send(*item) for item in by_partition.items()))
    return [acks[at] for at in range(len(records))]


class Publisher:
    """One idempotent producer at a time, opened with the first record.

    Args:
        timeout_s: for one publish, opening the producer included.
    """

    def __init__(self, settings: KafkaSettings, *, timeout_s: float, **options: Any) -> None:
        self._settings = settings
        self._timeout_s = timeout_s
        self._options = options
        self._producer: AIOKafkaProducer | None = None
        self._opening = asyncio.Lock()

    async def publish(self, topic: Topic[Any], records: Sequence[Record]) -> list[Ack]:
        """Send all and wait for all acks, in the order given. Nothing in, nothing out.

        Raises:
            ValueError: a record is larger than MAX_RECORD_BYTES; nothing was sent.
            Transient: not everything was acknowledged in time; sending the same again does no harm.
        """
        return await self._publish(topic.name, records, topic.partitions)

    async def publish_to(self, topic: str, records: Sequence[Record]) -> list[Ack]:
        """The same for a topic without a contract, such as a dead-letter topic, to any of its partitions."""
        return await self._publish(topic, records, None)

    async def _publish(self, topic: str, records: Sequence[Record], partitions: int | None) -> list[Ack]:
        if not records:
            return []
        for record in records:
            if len(record.key) + len(record.value) > MAX_RECORD_BYTES:
                raise ValueError(f"{len(record.value):,} bytes for {topic}, the limit is {MAX_RECORD_BYTES:,}")
        try:
            acks = await self._acknowledged(topic, records, partitions)
        except _Forgotten:  # by a broker that lost its newest records; a new producer starts a new sequence
            acks = await self._acknowledged(topic, records, partitions)
        return acks

    async def _acknowledged(self, topic: str, records: Sequence[Record], partitions: int | None) -> list[Ack]:
        producer: AIOKafkaProducer | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                producer = await self._open()
                name = topic_name(self._settings, topic)
                if partitions is None or len(records) < BATCHED_FROM:
                    if partitions is not None:
                        await self._require_partitions(producer, name, partitions)
                    acks = await _one_by_one(producer, name, records, partitions)
                else:
                    await self._require_partitions(producer, name, partitions)
                    acks = await _in_batches(producer, name, records, partitions)
        except (KafkaError, OSError, TimeoutError) as error:
            await self._replace(producer)
            cause = type(error).__name__
            kind = _Forgotten if isinstance(error, FORGOTTEN) else Transient
            raise kind(
                f"kafka at {self._settings.bootstrap} did not acknowledge within {self._timeout_s:g} s ({cause})"
            ) from error
        return acks

    async def _require_partitions(self, producer: AIOKafkaProducer, name: str, partitions: int) -> None:
        """Raises: Transient while the topic has fewer: a broker that lost its data creates it again with one."""
        if len(await producer.partitions_for(name)) < partitions:
            await producer.client.force_metadata_update()
            if len(await producer.partitions_for(name)) < partitions:
                raise Transient(f"kafka: topic {name} is being created again")

    async def ping(self) -> str:
        """Ask the broker for its metadata; returns its address.

        Raises:
            Transient, KafkaError, TimeoutError: it does not answer.
        """
        async with asyncio.timeout(self._timeout_s):
            producer = await self._open()
            if not await producer.client.force_metadata_update():
                raise Transient(f"kafka at {self._settings.bootstrap} does not answer")
        return self._settings.bootstrap

    async def _open(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.bootstrap,
                    enable_idempotence=True,
                    acks="all",
                    request_timeout_ms=max(1_000, int(self._timeout_s * 1_000)),
                    **self._options,
                )
                try:
                    await start_client(producer)
                except BaseException:
                    await abandon_producer(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _replace(self, failed: AIOKafkaProducer | None) -> None:
        """The next publish opens a new producer. Other publishes that wait on the failed one fail too, as Transient."""
        if failed is None or failed is not self._producer:
            return
        self._producer = None
        log.warning("producer_replaced", address=self._settings.bootstrap)
        await abandon_producer(failed)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._producer is None:
            return
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._producer.stop()
        except TimeoutError:
            await abandon_producer(self._producer)
