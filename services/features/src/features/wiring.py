"""The parts of a running features service."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

from aiokafka import AIOKafkaConsumer
from redis.asyncio import Redis

from features.both_stores import BothStores
from features.lag_watch import LagWatch
from features.positions import StorePositions
from features.reconciliation import Reconciliation
from features.settings import FeaturesSettings
from features.shares import Leases
from marquee.contracts.topics import ACTIVITY, CATALOG, METADATA, RATINGS
from marquee.errors import Transient
from marquee.kafka.broker_watch import BrokerWatch
from marquee.kafka.consuming import DeadLetters, consume
from marquee.kafka.publisher import Publisher
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace

TOPICS = (CATALOG, METADATA, RATINGS, ACTIVITY)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts of a running features service."""

    stores: BothStores
    positions: StorePositions
    consumer: AIOKafkaConsumer
    dead_letters: DeadLetters
    watch: BrokerWatch
    leases: Leases
    lag_watch: LagWatch = field(default_factory=LagWatch)

    @classmethod
    def of(cls, settings: FeaturesSettings, redis: Redis, consumer: AIOKafkaConsumer, publisher: Publisher) -> "Wiring":
        """Put the parts together; nothing runs yet."""
        space = KeySpace(redis, settings.redis.space)
        stores = BothStores(space, EventLog(settings.log_dir))
        watch, leases = BrokerWatch(settings.kafka.bootstrap), Leases(space, settings.replica)
        by_name = {topic.name: topic for topic in TOPICS}
        reconciliation = Reconciliation(settings.kafka, by_name, space, stores.log, publisher)
        prefix = settings.kafka.topic_prefix
        positions = StorePositions(consumer, TOPICS, prefix, stores, leases, reconciliation, watch)
        return cls(stores, positions, consumer, DeadLetters(publisher), watch, leases)

    async def consume(self, settings: FeaturesSettings) -> None:
        """Put every record of TOPICS into the stores, until cancelled.

        Raises:
            Transient: a store or the broker was unreachable for too long.
        """
        await consume(
            self.consumer,
            TOPICS,
            self.stores.apply,
            dead_letters=self.dead_letters,
            positions=self.positions,
            prefix=settings.kafka.topic_prefix,
            max_records=settings.max_records,
        )

    async def watch_lag(self) -> None:
        """Note the lag once per second, until cancelled."""
        while True:
            self.lag_watch.note(self.positions.lag, self.positions.delivered_total, now=monotonic())
            await asyncio.sleep(1.0)

    async def is_connected(self) -> str:
        """Raises: Transient without a connection to the broker."""
        if self.watch.life is None:
            raise Transient("no connection to the broker")
        return "connected"

    async def keeps_up(self) -> str:
        """Raises: Transient without partitions, or when records wait and are not applied."""
        if not self.positions.own:
            raise Transient("this replica has no partitions")
        if complaint := self.lag_watch.complaint():
            raise Transient(complaint)
        return f"{len(self.positions.own)} partitions, {self.positions.lag} records wait"

    async def give_up(self) -> None:
        """Leave the partitions to the other replicas, at the end of this one."""
        with suppress(Transient):  # then the lease runs out
            await self.leases.give_up()
