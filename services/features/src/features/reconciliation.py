"""Brings the topics and the stores together again after a broker has lost its newest records.

The embedded broker acknowledges a record before it writes it (ADR 0002): killed, it forgets the last second, and gives
the forgotten offsets to new records. So equal offsets do not mean equal records; equal identities do: the event id of a
rating or an act, the bytes of a movie. What the event log has and the topic lacks is published again; the stores then
read on from the first offset at which they differ. Effects that come again change nothing.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from features.publishing_again import to_publish
from marquee.contracts.batches import Shard
from marquee.contracts.topics import Topic
from marquee.errors import InvalidEvent, Transient
from marquee.kafka.clients import open_consumer
from marquee.kafka.publisher import Publisher, Record
from marquee.settings import KafkaSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.shards import set_back, stored_offsets

log = structlog.get_logger()

FIRST_WINDOW, GROWTH = 64, 8
"""Records compared first, from the end backwards, and how much further back the next comparison begins."""
READ_LIMIT_S = 5.0
"""Without a record."""
AT_ONCE = 500
WRITTEN_AFTER_S = 3.0
"""When a record has been on the topic for so long, the embedded broker has written it to disk."""


class Found(NamedTuple):
    """A record on the topic, and what makes it the same record wherever it stands."""

    identity: bytes | None
    value: bytes | None


def first_difference(
    topic: Mapping[int, bytes | None], kept: Mapping[int, bytes], offsets: Iterable[int]
) -> int | None:
    """The first offset at which the topic holds something else than the log.

    Args:
        topic: identities by offset, None for bytes that are no event; compacted offsets are absent and tell nothing.
        kept: identities by offset in the log.
    """
    return next((offset for offset in offsets if offset in topic and topic[offset] != kept.get(offset)), None)


def identity(topic: Topic[Any], value: bytes | None) -> bytes | None:
    """What makes a record the same record wherever it stands; None for bytes that are no event."""
    try:
        event = topic.parse(value)
    except InvalidEvent:
        return None
    event_id: UUID | None = getattr(event, "event_id", None)
    return value if event_id is None else event_id.bytes


def identities(found: Mapping[int, Found]) -> dict[int, bytes | None]:
    """Of each offset."""
    return {offset: record.identity for offset, record in found.items()}


@dataclass(slots=True)
class Reconciliation:
    """Compares partitions with the log, and repairs those that differ."""

    settings: KafkaSettings
    topics: Mapping[str, Topic[Any]]
    space: KeySpace
    log: EventLog
    publisher: Publisher
    clock: Callable[[], float] = time.monotonic
    _settle_at: dict[Shard, float] = field(default_factory=dict)

    async def compare(self, shards: Sequence[Shard], ends: Mapping[Shard, int]) -> None:
        """Repair each shard whose topic does not hold what the stores have read from it.

        Args:
            ends: the topics' ends.
        Raises:
            Transient, KafkaError: a store or the broker cannot be reached; repeating the call is safe.
        """
        kept = await asyncio.to_thread(self.log.ends, shards)
        stored = await stored_offsets(self.space, shards)
        async with open_consumer(self.settings, [], group=None) as consumer:
            differing = await self._differing(consumer, kept, ends)
            for shard in shards:
                if shard in differing:
                    await self._repair(
                        consumer, shard, await self._divergence(consumer, shard, kept[shard], ends[shard])
                    )
                elif stored[shard] > ends[shard]:  # and the log does not say what stood there
                    await set_back(self.space, shard, ends[shard])
        for shard in shards:
            if await asyncio.to_thread(self.log.has_aside, *shard):
                self._settle_at[shard] = self.clock() + WRITTEN_AFTER_S

    @property
    def is_unsettled(self) -> bool:
        """Whether rows that a repair set aside are still there: `settle` has to be called again."""
        return bool(self._settle_at)

    async def settle(self, caught_up: Sequence[Shard]) -> None:
        """Remove rows set aside by an earlier repair once the log has them again; publish those again that it lacks."""
        for shard in caught_up:
            if self.clock() < self._settle_at.get(shard, float("inf")):
                continue
            for aside in await asyncio.to_thread(self.log.aside, *shard):
                here = await asyncio.to_thread(self.log.events, *shard, first=aside.at)
                lacking = to_publish(shard[0], aside.events, {event.identity: event.value for event in here})
                if lacking:
                    await self._publish(shard, lacking)
                    self._settle_at[shard] = self.clock() + WRITTEN_AFTER_S
                    break
                await asyncio.to_thread(self.log.forget, aside)
            else:
                del self._settle_at[shard]

    async def _differing(
        self, consumer: AIOKafkaConsumer, kept: Mapping[Shard, int], ends: Mapping[Shard, int]
    ) -> set[Shard]:
        """A broker loses a suffix, so that the last record that both have tells whether all before it are the same."""
        short = {shard for shard, end in kept.items() if end > ends[shard]}
        last = {shard: (end - 1, end) for shard, end in kept.items() if end and shard not in short}
        found = await self._read(consumer, last)
        for shard, (first, end) in last.items():
            here = await asyncio.to_thread(self.log.identities, *shard, first=first)
            if first_difference(identities(found[shard]), here, range(first, end)) is not None:
                short.add(shard)
        return short

    async def _divergence(self, consumer: AIOKafkaConsumer, shard: Shard, kept: int, end: int) -> int:
        """The first offset at which topic and log differ, or the end of the shorter one."""
        common, window = min(kept, end), FIRST_WINDOW
        while True:
            first = max(0, common - window)
            found = (await self._read(consumer, {shard: (first, common)}))[shard]
            here = await asyncio.to_thread(self.log.identities, *shard, first=first)
            at = first_difference(identities(found), here, range(first, common))
            if at is None or at > first or first == 0:
                return common if at is None else at
            window *= GROWTH

    async def _repair(self, consumer: AIOKafkaConsumer, shard: Shard, at: int) -> None:
        """Publish what only the log has, then let both stores read on from `at`. Killed anywhere, it begins again."""
        end = (await consumer.end_offsets([self._partition(shard)]))[self._partition(shard)]
        found = (await self._read(consumer, {shard: (at, end)}))[shard]
        events = await asyncio.to_thread(self.log.events, *shard, first=at)
        lacking = to_publish(shard[0], events, {record.identity: record.value for record in found.values()})
        log.warning("topic_lost_records", topic=shard[0], partition=shard[1], offset=at, published_again=len(lacking))
        await self._publish(shard, lacking)
        has_ids = "event_id" in self.topics[shard[0]].event.model_fields
        again = [UUID(bytes=event.identity) for event in events] if has_ids else []
        await set_back(self.space, shard, at, again=again)
        await asyncio.to_thread(self.log.cut, *shard, at)

    async def _publish(self, shard: Shard, values: Sequence[bytes]) -> None:
        topic = self.topics[shard[0]]
        for start in range(0, len(values), AT_ONCE):
            part = values[start : start + AT_ONCE]
            await self.publisher.publish(topic, [Record(topic.key_of(topic.parse(value)), value) for value in part])

    async def _read(
        self, consumer: AIOKafkaConsumer, ranges: Mapping[Shard, tuple[int, int]]
    ) -> dict[Shard, dict[int, Found]]:
        """What stands at the offsets [first, end) of each shard, as the topic has it now."""
        found: dict[Shard, dict[int, Found]] = {shard: {} for shard in ranges}
        left = {self._partition(shard): shard for shard, (first, end) in ranges.items() if first < end}
        if not left:
            return found
        consumer.assign(list(left))
        for partition, shard in left.items():
            consumer.seek(partition, ranges[shard][0])
        deadline = self.clock() + READ_LIMIT_S
        while left:
            if self.clock() > deadline:
                raise Transient(f"kafka: {', '.join(map(str, left))} gave no record for {READ_LIMIT_S:.0f} s")
            for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                deadline = self.clock() + READ_LIMIT_S
                if partition in left:
                    shard = left[partition]
                    topic, (_, end) = self.topics[shard[0]], ranges[shard]
                    here = [record for record in records if record.offset < end]
                    found[shard] |= {r.offset: Found(identity(topic, r.value), r.value) for r in here}
            for partition, shard in list(left.items()):
                if await consumer.position(partition) >= ranges[shard][1]:
                    del left[partition]
        return found

    def _partition(self, shard: Shard) -> TopicPartition:
        return TopicPartition(self.settings.topic_prefix + shard[0], shard[1])
