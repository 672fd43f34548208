"""A copy of what topics hold: read from the consumer's position to their present end, then kept up to date."""

import asyncio
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from marquee.errors import Transient

POLL_MS = 1_000
RECORDS_AT_ONCE = 2_000
"""Records that are applied before other tasks get a turn."""

Apply = Callable[[TopicPartition, Sequence[ConsumerRecord]], None]
"""Takes in the next records of one partition, in their order."""


class TopicView:
    """Keeps a copy of what the consumer's topics hold, through `apply`.

    The consumer has no group, and all partitions that it is to read. Compaction and transactions leave gaps between
    offsets, so the end counts as reached by the consumer's position and not by the last record's offset.

    Args:
        what: names the copy in messages ("the movie catalogue").
        describe: the size of the copy, for /readyz.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, apply: Apply, *, what: str, describe: Callable[[], str] = lambda: ""
    ) -> None:
        self._consumer, self._apply = consumer, apply
        self._what, self._describe = what, describe
        self._is_complete = False

    @property
    def is_complete(self) -> bool:
        """Everything that was on the topics when reading began has been applied. It stays true."""
        return self._is_complete

    def require_complete(self) -> None:
        """Raises: Transient until the view is complete."""
        if not self._is_complete:
            raise Transient(f"{self._what} is still being read")

    async def ping(self) -> str:
        """The size of the copy.

        Raises:
            Transient: it is not complete yet.
        """
        self.require_complete()
        return self._describe()

    async def read_to_end(self, *, limit_s: float | None = None) -> None:
        """Apply everything up to the end that the topics have now. Nothing to wait for in an empty topic.

        Raises:
            Transient: the end was not reached within limit_s; what was read has been applied.
            KafkaError: the broker did not say where the topics end.
        """
        try:
            async with asyncio.timeout(limit_s):
                await self._read_to_end()
        except TimeoutError as error:
            raise Transient(f"{self._what} could not be read within {limit_s:g} s") from error
        self._is_complete = True

    async def follow(self) -> None:
        """Read to the end, then apply whatever comes, until cancelled."""
        await self.read_to_end()
        while True:
            await self._poll()

    async def _read_to_end(self) -> None:
        partitions = self._consumer.assignment()
        ends = await self._consumer.end_offsets(partitions)
        starts = await self._consumer.beginning_offsets(partitions)
        behind = [partition for partition, end in ends.items() if end > starts[partition]]
        while behind:
            await self._poll()
            behind = [partition for partition in behind if await self._consumer.position(partition) < ends[partition]]

    async def _poll(self) -> None:
        polled = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_AT_ONCE)
        for partition, records in polled.items():
            self._apply(partition, records)
