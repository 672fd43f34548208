"""Where to read on from: the stores know best what they hold, not the consumer group."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition

from features.handlers import Stores
from marquee.errors import Misconfigured
from marquee.store import stored_offset

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Positions:
    """Finds, for a partition, the first offset that one of the stores lacks."""

    stores: Stores
    topic_prefix: str

    async def next_offset(self, partition: TopicPartition) -> int:
        """An emptied Redis or log makes this 0, and the store is filled again from the topic."""
        topic = partition.topic.removeprefix(self.topic_prefix)
        ratings = self.stores.ratings
        online = await stored_offset(ratings.redis, ratings.space, topic, partition.partition)
        offline = await asyncio.to_thread(self.stores.log.next_offset, topic, partition.partition)
        return min(online, offline)


class SeekToStores(ConsumerRebalanceListener):  # type: ignore[misc]  # untyped base
    """On assignment, reads on from where the stores end."""

    def __init__(self, consumer: AIOKafkaConsumer, positions: Positions, on_error: Callable[[str], None]) -> None:
        self.consumer = consumer
        self.positions = positions
        self.on_error = on_error

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        log.info("partitions_revoked", count=len(list(revoked)))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        assigned = list(assigned)
        ends = await self.consumer.end_offsets(assigned)
        for partition in assigned:
            wanted = await self.positions.next_offset(partition)
            try:
                self.consumer.seek(partition, checked(partition, wanted, ends[partition]))
            except Misconfigured as error:
                self.on_error(str(error))
                raise
        log.info("partitions_assigned", count=len(assigned))


def checked(partition: TopicPartition, wanted: int, end: int) -> int:
    """The offset to read from.

    Raises:
        Misconfigured: the stores are ahead of the topic, so that new records would be taken for old ones.
    """
    if wanted > end:
        raise Misconfigured(
            f"{partition.topic}/{partition.partition} ends at {end}, but the stores hold it up to {wanted}: "
            "they belong to another broker; empty Redis and the event log, or bring that broker back"
        )
    return wanted
