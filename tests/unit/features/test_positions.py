"""Which fetched records continue what was delivered: holes of compaction pass, skipped records do not."""

from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition

from features.positions import StorePositions
from marquee.contracts.topics import CATALOG

PARTITION, SHARD = TopicPartition("catalog.v1", 0), ("catalog.v1", 0)


class Seeks:
    """The part of a consumer that is asked for here."""

    def __init__(self) -> None:
        self.to: list[int] = []

    def seek(self, partition: TopicPartition, offset: int) -> None:
        assert partition == PARTITION
        self.to.append(offset)


def at(cursor: int) -> tuple[StorePositions, Seeks]:
    consumer, nothing = Seeks(), SimpleNamespace(life=1)
    positions = StorePositions(consumer, (CATALOG,), "", nothing, nothing, nothing, nothing)  # type: ignore[arg-type]
    positions._life, positions._own = 1, frozenset({SHARD})
    positions._cursor[SHARD] = cursor
    return positions, consumer


def records(*offsets: int) -> list[Any]:
    return [SimpleNamespace(offset=offset) for offset in offsets]


def test_records_that_follow_begin_at_the_position() -> None:
    positions, consumer = at(7)

    assert positions.begins(PARTITION, records(7, 8, 9)) == 7
    assert consumer.to == []


def test_what_was_delivered_before_is_left() -> None:
    assert at(7)[0].begins(PARTITION, records(3, 4)) is None


def test_a_hole_is_read_again_once_and_then_believed() -> None:
    positions, consumer = at(7)

    assert positions.begins(PARTITION, records(12, 13)) is None
    assert consumer.to == [7]
    assert positions.begins(PARTITION, records(12, 13)) == 7


def test_records_skipped_by_accident_come_when_they_are_asked_for_again() -> None:
    positions, consumer = at(7)
    positions.begins(PARTITION, records(12, 13))

    assert positions.begins(PARTITION, records(7, 8)) == 7
    assert consumer.to == [7]


def test_records_of_another_broker_process_are_left() -> None:
    positions, _ = at(7)
    positions.watch = SimpleNamespace(life=2)  # type: ignore[assignment]

    assert positions.begins(PARTITION, records(7)) is None
