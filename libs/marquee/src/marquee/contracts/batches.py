"""A batch: what one partition holds between two offsets. The consuming loop makes them, the stores apply them."""

from dataclasses import dataclass
from typing import Generic

from marquee.contracts.topics import E, Topic
from marquee.errors import MarqueeError

Shard = tuple[str, int]
"""A topic's name and a partition: the unit that both stores apply in order, and of which each remembers its end."""


class Gap(MarqueeError):
    """A batch begins after the end of a store: what lies between has to be read first. Nothing was changed."""

    def __init__(self, store: str, topic: str, partition: int, *, end: int, first_offset: int) -> None:
        super().__init__(f"{store}: {topic}/{partition} ends at {end}, the batch begins at {first_offset}")
        self.end = end


@dataclass(frozen=True, slots=True)
class Delivered(Generic[E]):
    """One usable record: the event, and the bytes it was read from."""

    offset: int
    event: E
    value: bytes


@dataclass(frozen=True, slots=True)
class Batch(Generic[E]):
    """All that a partition holds between two offsets; offsets without an event were dead letters or compacted away.

    Attributes:
        topic: the topic's contract.
        first_offset, next_offset: the range read, the second exclusive.
    """

    topic: Topic[E]
    partition: int
    first_offset: int
    next_offset: int
    records: tuple[Delivered[E], ...]

    @property
    def shard(self) -> Shard:
        return self.topic.name, self.partition
