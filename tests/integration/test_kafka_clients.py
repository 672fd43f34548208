"""Kafka clients that are given up leave nothing behind: no open connection, no task."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from marquee.contracts.topics import CATALOG
from marquee.errors import Transient
from marquee.kafka.clients import ensure_topics, open_consumer, open_producer
from marquee.kafka.publisher import Publisher, Record
from marquee.settings import KafkaSettings
from marquee_cli.embedded import free_port
from support.own_broker import OwnBroker
from support.silent_broker import running_silent_broker

pytestmark = pytest.mark.integration


async def a_producer(kafka: KafkaSettings) -> None:
    async with open_producer(kafka):
        pass


async def a_consumer(kafka: KafkaSettings) -> None:
    async with open_consumer(kafka, [CATALOG], group=None):
        pass


async def topics(kafka: KafkaSettings) -> None:
    await ensure_topics(kafka, [CATALOG], wait_s=20)


async def a_publisher(kafka: KafkaSettings) -> None:
    async with Publisher(kafka, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [Record(b"1", b"x")])


@pytest.mark.parametrize("opening", [a_producer, a_consumer, topics, a_publisher])
async def test_a_client_that_is_given_up_while_it_starts_closes_its_connection(
    kafka_address: str, opening: Callable[[KafkaSettings], Awaitable[None]]
) -> None:
    async with running_silent_broker(kafka_address) as broker:
        task = asyncio.ensure_future(opening(KafkaSettings(bootstrap=broker.address)))
        await asyncio.wait_for(broker.silenced.wait(), 20)

        task.cancel()
        await asyncio.wait([task])

        await asyncio.wait_for(broker.closed.wait(), 5)
        assert broker.accepted == 1
    gc.collect()  # a connection that is closed by nobody but the garbage collector is an error


async def test_a_producer_that_was_replaced_with_a_record_under_way_leaves_no_task(tmp_path: Path) -> None:
    broker = OwnBroker.started(tmp_path / "kafka", free_port())
    try:
        await ensure_topics(broker.settings, [CATALOG], wait_s=20)
        async with Publisher(broker.settings, timeout_s=2) as publisher:
            await publisher.publish(CATALOG, [Record(b"1", b"first")])
            await broker.freeze()
            with pytest.raises(Transient):
                await publisher.publish(CATALOG, [Record(b"1", b"second")])

            assert asyncio.all_tasks() == {asyncio.current_task()}
    finally:
        broker.thaw()
        broker.stop()
