"""A copy of a topic: complete once everything that stood on it at the start is applied, and kept up from there."""

from collections.abc import Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition

from marquee.errors import Transient
from marquee.kafka.topic_view import TopicView
from support.scripted_consumer import EndOfScript, Poll, ScriptedConsumer, ScriptedRecord

FIRST, SECOND = (TopicPartition("models.v1", number) for number in (0, 1))


def a_view(consumer: ScriptedConsumer) -> tuple[TopicView, list[int]]:
    applied: list[int] = []

    def apply(_: TopicPartition, records: Sequence[Any]) -> None:
        applied.extend(record.offset for record in records)

    return TopicView(consumer, apply, what="the copy", describe=lambda: f"{len(applied)} records"), applied


def at(*offsets: int) -> list[ScriptedRecord]:
    return [ScriptedRecord(offset, b"") for offset in offsets]


async def test_a_view_that_has_read_nothing_says_so_when_it_is_asked() -> None:
    view, _ = a_view(ScriptedConsumer([], {FIRST: 1}))

    assert not view.is_complete
    with pytest.raises(Transient, match="the copy is still being read"):
        await view.ping()


async def test_a_view_is_complete_when_every_partition_is_read_to_its_end() -> None:
    view, applied = a_view(ScriptedConsumer([{FIRST: at(0)}, {SECOND: at(0)}, {FIRST: at(1)}], {FIRST: 2, SECOND: 1}))

    await view.read_to_end()

    assert view.is_complete
    assert applied == [0, 0, 1]
    assert await view.ping() == "3 records"


async def test_an_empty_topic_is_complete_at_once() -> None:
    view, _ = a_view(ScriptedConsumer([], {FIRST: 0}))

    await view.read_to_end()

    assert view.is_complete


async def test_a_topic_that_is_not_read_in_time_leaves_the_view_incomplete() -> None:
    polls: list[Poll] = [{} for _ in range(1_000_000)]
    view, _ = a_view(ScriptedConsumer(polls, {FIRST: 1}))

    with pytest.raises(Transient, match=r"the copy could not be read within 0\.05 s"):
        await view.read_to_end(limit_s=0.05)

    assert not view.is_complete


async def test_following_applies_what_comes_after_the_end() -> None:
    view, applied = a_view(ScriptedConsumer([{FIRST: at(0)}, {FIRST: at(1, 2)}], {FIRST: 1}))

    with pytest.raises(EndOfScript):
        await view.follow()

    assert applied == [0, 1, 2]
    assert view.is_complete
