"""The publisher: acknowledged, or an error that says so; never stuck with a producer that has failed."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from marquee.contracts.topics import CATALOG, MAX_RECORD_BYTES, partition_of
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import BATCHED_FROM, Publisher, Record
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port
from support.own_broker import OwnBroker
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


async def test_acks_are_in_order_when_a_partition_takes_several_batches(kafka_settings: KafkaSettings) -> None:
    await ensure_topics(kafka_settings, [CATALOG], wait_s=20)
    sent = [Record(b"1", b"value %d " % at + b"x" * 500) for at in range(BATCHED_FROM + 20)]

    async with Publisher(kafka_settings, timeout_s=20, max_batch_size=4_096) as publisher:
        acks = await publisher.publish(CATALOG, sent)

    assert [record.value for record in await records_on(kafka_settings, CATALOG)] == [record.value for record in sent]
    assert [ack.offset for ack in acks] == list(range(len(sent)))


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


async def test_a_broker_that_forgot_a_producer_is_served_by_a_new_one(tmp_path: Path) -> None:
    broker = OwnBroker.started(tmp_path / "kafka", free_port())
    try:
        await ensure_topics(broker.settings, [CATALOG], wait_s=20)
        async with Publisher(broker.settings, timeout_s=5) as publisher:
            await publisher.publish(CATALOG, [Record(b"1", b"first"), Record(b"1", b"second")])
            broker.stop()
            broker.start(empty=True)  # the next record's sequence number follows on records that it does not have
            await ensure_topics(broker.settings, [CATALOG], wait_s=20)
            with capture_logs() as logged:
                await publisher.publish(CATALOG, [Record(b"1", b"third")])

        assert [record.value for record in await records_on(broker.settings, CATALOG)] == [b"third"]
        assert [line["event"] for line in logged] == ["producer_replaced"]
    finally:
        broker.stop()
