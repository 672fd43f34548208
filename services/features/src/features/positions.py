"""How far are we? As far as the shorter of a shard's two stores: nothing else remembers a position across a restart.

Redis ends at the offset that changes in one transaction with the effects (`stores.shards`), the log where its files
first leave a gap (`EventLog.next_offset`). There is no consumer group. A cursor is where this process reads next, only
in memory: it starts at the shorter store's end, moves on when both have a batch, and goes back when a store is found
that ends earlier, because it was emptied or restored. What a topic has beyond that is the lag.

Looking takes some 10 ms, for which no record should wait. So a glance beside the reading only notices that something is
not as it was; the look, between two polls and with no batch in hand, finds out what and acts.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from features.both_stores import BothStores
from features.reconciliation import Reconciliation
from features.shares import LEASE_S, Leases, share_of
from marquee.contracts.batches import Gap, Shard
from marquee.contracts.topics import PARTITIONS, Topic
from marquee.errors import Transient
from marquee.kafka.broker_watch import BrokerWatch
from marquee.kafka.clients import ensure_topics

log = structlog.get_logger()

TOPICS_WAIT_S = 10.0
GLANCE_EVERY_S = 1.0
LOG_EVERY_S = 5.0
"""How often the log's folders are listed while nothing is wrong; the online store is read at every glance."""


@dataclass(slots=True)
class StorePositions:
    """The positions of one replica (marquee.kafka.consuming.Positions).

    Attributes:
        ends: the topics' ends at the last look or glance, over all partitions of all topics.
        _cursor: the next offset to deliver of each partition that was compared with its topic.
        _reached: the farthest cursor so far: a store that ends before it is being rebuilt.
        _skipped: (cursor, first offset that came instead) of a hole that was asked for once more.
        _life: the broker process that the cursors belong to.
        _is_doubtful: something may not be as the cursors have it; the next poll begins with a look.
        _polled_at: when the consuming loop last polled, on the clock.
        _looking: held during a look or a glance.
    """

    consumer: AIOKafkaConsumer
    topics: Sequence[Topic[Any]]
    prefix: str
    stores: BothStores
    leases: Leases
    reconciliation: Reconciliation
    watch: BrokerWatch
    clock: Callable[[], float] = time.monotonic
    ends: dict[Shard, int] = field(default_factory=dict)
    _cursor: dict[Shard, int] = field(default_factory=dict)
    _reached: dict[Shard, int] = field(default_factory=dict)
    _skipped: dict[Shard, tuple[int, int]] = field(default_factory=dict)
    _own: frozenset[Shard] = frozenset()
    _is_doubtful: bool = True
    _log_looked_at: float = float("-inf")
    _polled_at: float = float("-inf")
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    _life: int | None = None

    @property
    def own(self) -> frozenset[Shard]:
        """The partitions that this replica reads."""
        return self._own

    @property
    def lag(self) -> int:
        """Records of this replica's partitions that were not delivered at the last look or glance."""
        return sum(max(0, self.ends.get(shard, 0) - self._cursor.get(shard, 0)) for shard in self._own)

    @property
    def delivered_total(self) -> int:
        """The sum of all positions; grows with every batch."""
        return sum(self._cursor.values())

    def partition(self, shard: Shard) -> TopicPartition:
        """A shard as the broker names it."""
        return TopicPartition(self.prefix + shard[0], shard[1])

    def shard(self, partition: TopicPartition) -> Shard:
        return partition.topic.removeprefix(self.prefix), partition.partition

    async def before_poll(self) -> None:
        """See marquee.kafka.consuming.Positions."""
        self._polled_at = self.clock()
        if self.watch.life is None:
            raise Transient("kafka: no connection to the broker")
        if (life := self.watch.life) != self._life:  # it may have lost records, and given their offsets to others
            self._forget(self._own)
            await ensure_topics(self.reconciliation.settings, self.topics, wait_s=TOPICS_WAIT_S)
            self._life = life
        if self._is_doubtful or self._own - self._cursor.keys():
            async with self._looking:
                await self._look()
            self._is_doubtful = False

    def begins(self, partition: TopicPartition, records: Sequence[ConsumerRecord]) -> int | None:
        """See marquee.kafka.consuming.Positions.

        What was fetched before a seek, or from another broker process, is left. A hole after the position is taken for
        one (compaction, retention) if the broker shows it twice.
        """
        if self.watch.life != self._life:
            return None
        shard, first = self.shard(partition), int(records[0].offset)
        cursor = self._cursor.get(shard)
        if cursor is None or records[-1].offset < cursor:
            return None
        if first > cursor and self._skipped.get(shard) != (cursor, first):  # ask once more for what lies between
            self._skipped[shard] = (cursor, first)
            self.consumer.seek(partition, cursor)
            return None
        return cursor

    async def delivered(self, partition: TopicPartition, next_offset: int) -> None:
        """See marquee.kafka.consuming.Positions."""
        shard = self.shard(partition)
        if shard in self._cursor:
            self._cursor[shard] = next_offset
            self._reached[shard] = max(next_offset, self._reached.get(shard, 0))

    async def gap(self, partition: TopicPartition, error: Gap) -> None:
        """See marquee.kafka.consuming.Positions: the next look reads on from where the stores end."""
        log.warning("store_lost_data", error=str(error))
        self._doubt()

    async def watch_stores(self) -> None:
        """Glance once per second, until cancelled."""
        while True:
            await asyncio.sleep(GLANCE_EVERY_S)
            await self.glance()

    async def glance(self) -> None:
        """Notice, beside a batch that may be in hand, whether the next poll has to begin with a look.

        A store that cannot be read is a reason, too: the look then fails, as often as the consuming loop allows. While
        the loop does not come round, or there is no broker, the lease is left to run out, so that another replica can
        take over.
        """
        if self.watch.life is None or self.clock() - self._polled_at > LEASE_S:
            return
        async with self._looking:
            try:
                is_as_before = self._share(await self.leases.renew()) == self._own and await self._is_all_there()
            except (Transient, KafkaError):
                is_as_before = False
        if not is_as_before:
            self._doubt()

    async def _is_all_there(self) -> bool:
        """Whether topics and stores reach at least as far as when this began; batches may go on being applied."""
        reached = {shard: max(self._reached.get(shard, 0), cursor) for shard, cursor in self._cursor.items()}
        cursors = dict(self._cursor)
        ends = await self._ends()
        self.ends = ends
        online, offline = await self.stores.online_ends(list(cursors)), cursors
        if self.clock() - self._log_looked_at >= LOG_EVERY_S:
            offline = await self.stores.log_ends(list(cursors))
            self._log_looked_at = self.clock()
        return not self.reconciliation.is_unsettled and all(
            ends[shard] >= cursor and online[shard] >= min(reached[shard], ends[shard]) and offline[shard] >= cursor
            for shard, cursor in cursors.items()
        )

    def _doubt(self) -> None:
        self._is_doubtful = True
        self._log_looked_at = float("-inf")

    async def true_lag(self) -> dict[str, int]:
        """Records by topic, over all partitions, that one of the stores lacks.

        Raises:
            Transient, KafkaError: as `standing`.
        """
        return (await self.standing())[1]

    async def standing(self) -> tuple[dict[str, int], dict[str, int]]:
        """Records by topic, over all partitions: written so far, and lacked by one of the stores.

        Raises:
            Transient, KafkaError: the broker or a store cannot be reached.
        """
        ends = await self._ends()
        online, offline = await self.stores.online_ends(list(ends)), await self.stores.log_ends(list(ends))
        records = {topic.name: 0 for topic in self.topics}
        lag = dict(records)
        for shard, end in ends.items():
            records[shard[0]] += end
            lag[shard[0]] += max(0, end - min(online[shard], offline[shard]))
        return records, lag

    async def _look(self) -> None:
        await self._settle_share()
        if not self._own:
            return
        self.ends = await self._ends()
        self._forget(shard for shard in self._own if self._cursor.get(shard, 0) > self.ends[shard])
        await self._read_on()
        await self.reconciliation.settle(self._caught_up())

    async def _ends(self) -> dict[Shard, int]:
        shards = [(topic.name, number) for topic in self.topics for number in range(topic.partitions)]
        found = await self.consumer.end_offsets([self.partition(shard) for shard in shards])
        return {self.shard(partition): int(end) for partition, end in found.items()}

    async def _settle_share(self) -> None:
        """Assign this replica's partitions to the consumer if they are others than before."""
        live = await self.leases.renew()
        own = self._share(live)
        if own == self._own:
            return
        log.info("partitions_assigned", partitions=sorted({number for _, number in own}), replicas=len(live))
        self._own = own
        self._cursor.clear()
        if own:
            self.consumer.assign([self.partition(shard) for shard in sorted(own)])
        else:
            self.consumer.unsubscribe()

    def _share(self, live: Sequence[str]) -> frozenset[Shard]:
        """The partitions of this replica beside other live ones."""
        numbers = share_of(self.leases.replica, live, PARTITIONS)
        return frozenset((topic.name, number) for topic in self.topics for number in numbers)

    def _forget(self, shards: Iterable[Shard]) -> None:
        for shard in list(shards):
            self._cursor.pop(shard, None)
            self._reached.pop(shard, None)

    async def _read_on(self) -> None:
        """Compare partitions without a position with their topic; seek where a store ends before the position."""
        new = sorted(self._own - self._cursor.keys())
        if new:
            await self.reconciliation.compare(new, self.ends)
        own = sorted(self._own)
        online, offline = await self.stores.online_ends(own), dict.fromkeys(own, -1)
        if new or self.clock() - self._log_looked_at >= LOG_EVERY_S:
            offline = await self.stores.log_ends(own)
            self._log_looked_at = self.clock()
        lost, moved = {}, []
        for shard in own:
            cursor = self._cursor.get(shard, -1)
            before = min(max(self._reached.get(shard, 0), offline[shard], cursor), self.ends[shard])
            if online[shard] < before:
                lost[shard] = before
            stored = min(online[shard], offline[shard]) if offline[shard] >= 0 else online[shard]
            if cursor < 0 or stored < cursor:
                if cursor >= 0:
                    log.warning("store_read_again", topic=shard[0], partition=shard[1], offset=stored)
                self._cursor[shard] = stored
                self.consumer.seek(self.partition(shard), stored)
                moved.append(shard)
        if lost:
            await self.stores.mark_rebuilding(lost)
        await self._pass_over_expired(moved)

    async def _pass_over_expired(self, shards: Sequence[Shard]) -> None:
        """Where the broker has removed by age what a store lacks, fill it from the log, and read on from what is left.

        Without this a store would wait for records that never come, if no others came after them.
        """
        limited = {topic.name: topic for topic in self.topics if topic.is_time_limited}
        concerned = [shard for shard in shards if shard[0] in limited]
        if not concerned:
            return
        starts = await self.consumer.beginning_offsets([self.partition(shard) for shard in concerned])
        for shard in concerned:
            start = int(starts[self.partition(shard)])
            if self._cursor[shard] < start:
                log.info("expired_records_passed_over", topic=shard[0], partition=shard[1], up_to=start)
                await self.stores.apply(await self.stores.expired(limited[shard[0]], shard[1], start))
                self._cursor[shard] = start
                self.consumer.seek(self.partition(shard), start)

    def _caught_up(self) -> list[Shard]:
        return [shard for shard, cursor in self._cursor.items() if cursor >= self.ends.get(shard, 0)]
