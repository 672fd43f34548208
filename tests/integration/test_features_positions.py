"""Where reading continues: at every moment where the stores end, on a real broker and real stores."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from redis.asyncio import Redis

from features.positions import LOG_EVERY_S, StorePositions
from features.settings import FeaturesSettings
from features.shares import LEASE_S, Leases
from features.wiring import TOPICS, Wiring
from marquee.contracts.batches import Batch, Gap
from marquee.contracts.events import MoviesRated
from marquee.contracts.keys import replicas
from marquee.contracts.topics import CATALOG, PARTITIONS, RATINGS, shard_of
from marquee.errors import Transient
from marquee.kafka.broker_watch import BrokerWatch
from marquee.kafka.clients import ensure_topics, open_consumer, topic_name
from marquee.kafka.publisher import Publisher
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.rows import RatingRows
from support.builders import a_batch, delivered
from support.ratings_flow import ratings_of, send
from support.scripted_consumer import ScriptedRecord
from support.wait import until

pytestmark = pytest.mark.integration

USER = 1
EVENTS = ratings_of([USER], range(1, 7))
"""Six events of one user, so that all are in one partition."""


@dataclass(slots=True)
class Replica:
    """One replica's positions, and what stands around them."""

    settings: FeaturesSettings
    consumer: AIOKafkaConsumer
    wiring: Wiring
    positions: StorePositions
    now: float = 0.0
    partition: TopicPartition = field(init=False)

    def __post_init__(self) -> None:
        self.partition = TopicPartition(topic_name(self.settings.kafka, RATINGS.name), shard_of(USER))

    async def looks_again(self) -> None:
        """Glance after every interval between glances has passed, and poll."""
        self.now += LOG_EVERY_S
        await self.positions.before_poll()
        await self.positions.glance()
        await self.positions.before_poll()

    async def holds(self, events: Sequence[MoviesRated]) -> None:
        """Put events into both stores, as read from the beginning of the topic."""
        await self.wiring.stores.apply(Batch(RATINGS, shard_of(USER), 0, len(events), delivered(events)))

    def begins(self, *offsets: int) -> int | None:
        return self.positions.begins(self.partition, [ScriptedRecord(offset, None) for offset in offsets])


@pytest.fixture
async def settings(kafka_settings: KafkaSettings, redis_settings: RedisSettings, tmp_path: Path) -> FeaturesSettings:
    await ensure_topics(kafka_settings, wait_s=20)
    return FeaturesSettings(
        kafka=kafka_settings, redis=redis_settings, log_dir=str(tmp_path / "log"), wait_s=20, replica="one"
    )


@asynccontextmanager
async def watching(watch: BrokerWatch) -> AsyncIterator[None]:
    """Connected until the block ends."""
    task = asyncio.create_task(watch.run())

    async def is_connected() -> bool:
        return watch.life is not None

    await until(is_connected)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def replica(settings: FeaturesSettings, space: KeySpace) -> AsyncIterator[Replica]:
    async with (
        open_consumer(settings.kafka, [], group=None) as consumer,
        Publisher(settings.kafka, timeout_s=20) as publisher,
    ):
        wiring = Wiring.of(settings, space.redis, consumer, publisher)
        replica = Replica(settings, consumer, wiring, wiring.positions)
        replica.positions = replace(wiring.positions, clock=lambda: replica.now)
        async with watching(wiring.watch):
            yield replica


async def test_the_only_replica_reads_every_partition(replica: Replica) -> None:
    await replica.positions.before_poll()

    assert len(replica.positions.own) == len(TOPICS) * PARTITIONS


async def test_a_partition_is_read_from_where_its_stores_end(replica: Replica) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.holds(EVENTS[:3])

    await replica.positions.before_poll()

    assert await replica.consumer.position(replica.partition) == 3
    assert replica.begins(3, 4, 5) == 3


async def test_the_store_that_ends_first_decides_where_reading_begins(replica: Replica) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.holds(EVENTS[:2])
    await replica.wiring.stores.ratings.apply(a_batch(*EVENTS[2:4], first_offset=2))  # the log lacks these

    await replica.positions.before_poll()

    assert await replica.consumer.position(replica.partition) == 2


async def test_a_position_moves_by_what_is_delivered_and_the_lag_is_the_rest(replica: Replica) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.positions.before_poll()
    assert (replica.positions.lag, replica.positions.delivered_total) == (6, 0)

    await replica.positions.delivered(replica.partition, 4)

    assert (replica.positions.lag, replica.positions.delivered_total) == (2, 4)
    assert replica.begins(4, 5) == 4


async def test_what_was_delivered_before_is_left(replica: Replica) -> None:
    await replica.positions.before_poll()
    await replica.positions.delivered(replica.partition, 7)

    assert replica.begins(3, 4) is None


async def test_a_hole_is_read_again_once_and_then_believed(replica: Replica) -> None:
    await replica.positions.before_poll()

    assert replica.begins(5, 6) is None
    assert await replica.consumer.position(replica.partition) == 0
    assert replica.begins(5, 6) == 0


async def test_records_skipped_by_accident_are_delivered_when_read_again(replica: Replica) -> None:
    await replica.positions.before_poll()
    replica.begins(5, 6)

    assert replica.begins(0, 1) == 0


async def test_a_store_found_short_is_read_again_at_the_next_poll(replica: Replica) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.positions.before_poll()
    await replica.positions.delivered(replica.partition, 4)  # a store reported it, and then lost it

    await replica.positions.gap(replica.partition, Gap("log", RATINGS.name, shard_of(USER), end=0, first_offset=4))
    await replica.positions.before_poll()

    assert await replica.consumer.position(replica.partition) == 0
    assert replica.begins(0, 1) == 0


async def test_an_emptied_store_is_read_again_and_marked_as_being_rebuilt(replica: Replica, space: KeySpace) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.holds(EVENTS)
    await replica.positions.before_poll()
    assert replica.positions.lag == 0
    tag = space.keys(RATINGS.name, shard_of(USER)).tag
    await space.redis.delete(*[key async for key in space.redis.scan_iter(f"{tag}*")])

    await replica.looks_again()

    assert await replica.consumer.position(replica.partition) == 0
    assert (await RatingStore(space).stored_user(USER)).is_rebuilding


async def test_a_glance_takes_a_batch_in_hand_for_no_loss(replica: Replica, space: KeySpace) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.positions.before_poll()
    in_hand = Batch(RATINGS, shard_of(USER), 0, 4, delivered(EVENTS[:4]))
    replica.wiring.stores.log.append(RatingRows.of(in_hand))  # and Redis lacks it

    await replica.looks_again()

    assert replica.begins(0, 1, 2, 3) == 0
    assert not (await RatingStore(space).stored_user(USER)).is_rebuilding


async def test_a_glance_that_cannot_read_a_store_lets_the_next_poll_say_so(replica: Replica) -> None:
    await replica.positions.before_poll()
    unavailable = KeySpace(Redis.from_url("redis://127.0.0.1:9/0"), "a")
    replica.positions = replace(replica.positions, leases=Leases(unavailable, "one"))

    await replica.positions.glance()

    with pytest.raises(Transient, match="redis"):
        await replica.positions.before_poll()
    await unavailable.redis.aclose()


async def test_a_replica_whose_loop_does_not_come_round_loses_its_lease(replica: Replica, space: KeySpace) -> None:
    await replica.positions.before_poll()
    await replica.positions.leases.give_up()

    replica.now += LEASE_S + 1
    await replica.positions.glance()

    assert not await space.redis.zcard(replicas(space.name, "features"))


async def test_a_replica_without_a_broker_loses_its_lease(replica: Replica, space: KeySpace) -> None:
    await replica.positions.before_poll()
    await replica.positions.leases.give_up()

    await replace(replica.positions, watch=BrokerWatch("127.0.0.1:9")).glance()

    assert not await space.redis.zcard(replicas(space.name, "features"))


async def test_the_true_lag_counts_what_either_store_lacks(replica: Replica) -> None:
    await send(replica.settings.kafka, EVENTS)
    await replica.holds(EVENTS[:2])
    await replica.wiring.stores.ratings.apply(a_batch(*EVENTS[2:5], first_offset=2))

    lag = await replica.positions.true_lag()

    assert (lag[RATINGS.name], lag[CATALOG.name]) == (4, 0)


async def test_nothing_is_read_without_a_connection_to_the_broker(replica: Replica) -> None:
    positions = replace(replica.positions, watch=BrokerWatch("127.0.0.1:9"))

    with pytest.raises(Transient, match="no connection to the broker"):
        await positions.before_poll()


async def test_records_of_another_broker_process_are_left_until_the_next_poll(replica: Replica) -> None:
    ended = asyncio.Event()

    async def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as broker:
        host, port = broker.sockets[0].getsockname()
        watch = BrokerWatch(f"{host}:{port}")
        replica.positions = replace(replica.positions, watch=watch)
        async with watching(watch):
            await replica.positions.before_poll()
            first = watch.life
            assert replica.begins(0, 1) == 0
            ended.set()  # the process ends, and its successor accepts the next connection
            ended.clear()

            async def is_another() -> bool:
                return watch.life not in (None, first)

            await until(is_another)
            assert replica.begins(0, 1) is None
            await replica.positions.before_poll()
            assert replica.begins(0, 1) == 0
            ended.set()
