"""The part of aiokafka's consumer that our loops call, over polls that a test writes down. No broker."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import TopicPartition


class EndOfScript(Exception):
    """Every poll was answered; no client library raises this, so that a loop under test ends with it."""


@dataclass(frozen=True, slots=True)
class ScriptedRecord:
    """The fields of a consumer record that are read."""

    offset: int
    value: bytes | None
    partition: int = 0
    key: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()


Poll = Mapping[TopicPartition, Sequence[ScriptedRecord]] | Exception


@dataclass(slots=True)
class ScriptedConsumer:
    """Answers polls in order, an exception by raising it. `ends` are the topics' ends for loops that ask for them."""

    polls: list[Poll]
    ends: Mapping[TopicPartition, int] = field(default_factory=dict)
    committed: list[tuple[TopicPartition, int]] = field(default_factory=list)
    _positions: dict[TopicPartition, int] = field(default_factory=dict)

    async def getmany(self, **_: object) -> Mapping[TopicPartition, Sequence[ScriptedRecord]]:
        await asyncio.sleep(0)
        if not self.polls:
            raise EndOfScript
        poll = self.polls.pop(0)
        if isinstance(poll, Exception):
            raise poll
        for partition, records in poll.items():
            self._positions[partition] = records[-1].offset + 1
        return poll

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.committed += offsets.items()

    def assignment(self) -> set[TopicPartition]:
        return set(self.ends)

    async def end_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {partition: self.ends[partition] for partition in partitions}

    async def beginning_offsets(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    async def position(self, partition: TopicPartition) -> int:
        return self._positions.get(partition, 0)
