"""The publisher: acknowledged, or an error that says so; never stuck with a producer that has failed."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import OutOfOrderSequenceNumber

from marquee.contracts.topics import CATALOG, MAX_RECORD_BYTES, partition_of
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, Record
from marquee.settings import KafkaSettings
from support.topic_reader import records_on

pytestmark = pytest.mark.integration


async def test_acks_come_in_the_order_of_the_records(kafka_settings: KafkaSettings) -> None:
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    sent = [Record(b"%d" % at, b"value %d" % at, (("source", b"test"),)) for at in range(50)]

    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        acks = await publisher.publish(CATALOG, sent)

    found = {(record.partition, record.offset): record for record in await records_on(kafka_settings, CATALOG)}
    assert [found[ack].value for ack in acks] == [record.value for record in sent]
    assert [ack.partition for ack in acks] == [partition_of(record.key) for record in sent]
    assert found[acks[0]].headers == (("source", b"test"),)


async def test_a_record_that_is_too_large_sends_nothing_and_spares_the_next(
    kafka_settings: KafkaSettings,
) -> None:
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        with pytest.raises(ValueError, match="limit"):
            await publisher.publish(CATALOG, [Record(b"1", b"small"), Record(b"2", b"x" * MAX_RECORD_BYTES)])

        await publisher.publish(CATALOG, [Record(b"1", b"next")])

    assert [record.value for record in await records_on(kafka_settings, CATALOG)] == [b"next"]


async def test_publishing_without_a_broker_fails_in_time_with_its_address() -> None:
    async with Publisher(KafkaSettings(bootstrap="127.0.0.1:9"), timeout_s=0.5) as publisher:
        with pytest.raises(Transient, match=r"127\.0\.0\.1:9 did not acknowledge within 0\.5 s"):
            await publisher.publish(CATALOG, [Record(b"1", b"x")])


class RefusedOnce(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka is untyped
    """A producer of which the first one's second record is refused, as after a record that the broker lost.

    test_broker_loss.py has a broker that really lost records.
    """

    opened = 0

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        type(self).opened += 1
        self.number = type(self).opened

    async def send(self, topic: str, **record: Any) -> "asyncio.Future[Any]":
        if self.number == 1 and record["value"] == b"second":
            refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            refused.set_exception(OutOfOrderSequenceNumber())
            return refused
        return await super().send(topic, **record)  # type: ignore[no-any-return]  # aiokafka is untyped


async def test_a_refused_sequence_is_published_through_a_new_producer(
    kafka_settings: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("marquee.kafka.publisher.AIOKafkaProducer", RefusedOnce)
    monkeypatch.setattr(RefusedOnce, "opened", 0)
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    async with Publisher(kafka_settings, timeout_s=5) as publisher:
        await publisher.publish(CATALOG, [Record(b"1", b"first")])
        await publisher.publish(CATALOG, [Record(b"1", b"second")])

    assert RefusedOnce.opened == 2
    assert [record.value for record in await records_on(kafka_settings, CATALOG)] == [b"first", b"second"]
