"""The consuming loop: a position moves after the effect, and what fails is tried again for a bounded time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError

from marquee.contracts.batches import Batch, Gap
from marquee.contracts.topics import RATINGS
from marquee.errors import Transient
from marquee.kafka.consuming import BATCH_PAUSES, PARSED_AT_ONCE, POLL_PAUSES, DeadLetters, Handle, consume
from marquee.kafka.publisher import Publisher
from marquee.settings import KafkaSettings
from support.builders import a_rating
from support.scripted_consumer import EndOfScript, Poll, ScriptedConsumer, ScriptedRecord

FIRST, SECOND = (TopicPartition("t.ratings.v1", number) for number in (0, 1))


@dataclass(slots=True)
class StorePlaces:
    """Positions that a store decides; notes what the loop reports."""

    starts: dict[TopicPartition, int] = field(default_factory=dict)
    left: frozenset[TopicPartition] = frozenset()
    failures: list[Exception] = field(default_factory=list)
    reached: dict[TopicPartition, int] = field(default_factory=dict)
    gaps: list[tuple[TopicPartition, Gap]] = field(default_factory=list)

    async def before_poll(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def begins(self, partition: TopicPartition, records: Sequence[Any]) -> int | None:
        return None if partition in self.left else self.starts.get(partition, records[0].offset)

    async def delivered(self, partition: TopicPartition, next_offset: int) -> None:
        self.reached[partition] = next_offset

    async def gap(self, partition: TopicPartition, error: Gap) -> None:
        self.gaps.append((partition, error))


def records(*offsets: int) -> list[ScriptedRecord]:
    return [ScriptedRecord(at, a_rating(user_id=at + 1).model_dump_json().encode()) for at in offsets]


async def consumed(
    consumer: ScriptedConsumer, handle: Handle, places: StorePlaces | None = None, *, retry_total_s: float = 5.0
) -> None:
    """Run the loop to the end of the script. There is no broker for dead letters."""
    dead_letters = DeadLetters(Publisher(KafkaSettings(bootstrap="127.0.0.1:9"), timeout_s=0.1))
    with pytest.raises(EndOfScript):
        await consume(
            consumer,
            [RATINGS],
            handle,
            dead_letters=dead_letters,
            positions=places,
            prefix="t.",
            retry_total_s=retry_total_s,
        )


def keeping(kept: list[Batch[Any]]) -> Handle:
    async def handle(batch: Batch[Any]) -> None:
        kept.append(batch)

    return handle


async def test_a_batch_covers_every_offset_it_was_read_from_and_keeps_the_bytes() -> None:
    kept: list[Batch[Any]] = []
    polled = records(5, 6, 9)

    await consumed(ScriptedConsumer([{FIRST: polled}]), keeping(kept))

    (batch,) = kept
    assert (batch.topic, batch.partition, batch.first_offset, batch.next_offset) == (RATINGS, 0, 5, 10)
    assert [(record.offset, record.value) for record in batch.records] == [(r.offset, r.value) for r in polled]
    assert [record.event.user_id for record in batch.records] == [6, 7, 10]


async def test_a_group_commits_after_the_effect_and_not_before() -> None:
    consumer = ScriptedConsumer([{FIRST: records(0, 1)}])
    committed_at_the_effect: list[object] = []

    async def handle(_: Batch[Any]) -> None:
        committed_at_the_effect.extend(consumer.committed)

    await consumed(consumer, handle)

    assert committed_at_the_effect == []
    assert consumer.committed == [(FIRST, 2)]


async def test_a_refused_commit_does_not_end_the_loop() -> None:
    @dataclass(slots=True)
    class Rebalancing(ScriptedConsumer):
        async def commit(self, offsets: object) -> None:
            raise CommitFailedError("another member has the partition now")

    kept: list[Batch[Any]] = []

    await consumed(Rebalancing([{FIRST: records(0)}, {FIRST: records(1)}]), keeping(kept))

    assert [batch.first_offset for batch in kept] == [0, 1]


async def test_a_transient_failure_is_met_again_with_the_same_records() -> None:
    tried: list[Batch[Any]] = []

    async def handle(batch: Batch[Any]) -> None:
        tried.append(batch)
        if len(tried) < 3:
            raise Transient("redis is restarting")

    places = StorePlaces()
    await consumed(ScriptedConsumer([{FIRST: records(3, 4)}]), handle, places)

    assert len(tried) == 3
    assert tried[0] == tried[1] == tried[2]
    assert places.reached == {FIRST: 5}


async def test_a_failure_that_lasts_ends_the_loop_and_moves_no_position() -> None:
    async def handle(_: Batch[Any]) -> None:
        raise Transient("redis is down")

    places = StorePlaces()
    with pytest.raises(Transient, match=r"ratings\.v1/0: tried for 0 s: redis is down"):
        await consumed(ScriptedConsumer([{FIRST: records(0)}]), handle, places, retry_total_s=0.3)

    assert places.reached == {}


async def test_one_partition_that_fails_does_not_hold_up_another() -> None:
    async def handle(batch: Batch[Any]) -> None:
        if batch.partition == 0:
            raise Transient("the shard of this partition is down")

    places = StorePlaces()
    with pytest.raises(Transient):
        polls: list[Poll] = [{FIRST: records(0), SECOND: records(0, 1)}]
        await consumed(ScriptedConsumer(polls), handle, places, retry_total_s=0.2)

    assert places.reached == {SECOND: 2}


async def test_a_bug_in_a_handler_is_not_tried_again() -> None:
    calls = 0

    async def handle(_: Batch[Any]) -> None:
        nonlocal calls
        calls += 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await consumed(ScriptedConsumer([{FIRST: records(0)}]), handle)

    assert calls == 1


async def test_a_gap_is_reported_and_the_position_stays() -> None:
    async def handle(batch: Batch[Any]) -> None:
        raise Gap("log", RATINGS.name, 0, end=2, first_offset=batch.first_offset)

    places = StorePlaces()
    await consumed(ScriptedConsumer([{FIRST: records(7)}]), handle, places)

    assert [(partition, error.end) for partition, error in places.gaps] == [(FIRST, 2)]
    assert places.reached == {}


async def test_a_gap_ends_a_consumer_group_which_cannot_read_back() -> None:
    async def handle(_: Batch[Any]) -> None:
        raise Gap("log", RATINGS.name, 0, end=2, first_offset=7)

    with pytest.raises(Gap):
        await consumed(ScriptedConsumer([{FIRST: records(7)}]), handle)


async def test_records_that_a_store_has_already_are_cut_off_the_front_of_a_batch() -> None:
    kept: list[Batch[Any]] = []

    await consumed(ScriptedConsumer([{FIRST: records(3, 4, 5)}]), keeping(kept), StorePlaces(starts={FIRST: 5}))

    assert [(batch.first_offset, [record.offset for record in batch.records]) for batch in kept] == [(5, [5])]


async def test_records_that_continue_nothing_are_left_unread() -> None:
    kept: list[Batch[Any]] = []
    places = StorePlaces(left=frozenset({FIRST}))

    await consumed(ScriptedConsumer([{FIRST: records(0), SECOND: records(0)}]), keeping(kept), places)

    assert [batch.partition for batch in kept] == [1]
    assert places.reached == {SECOND: 1}


async def test_a_poll_or_a_store_that_fails_for_a_while_is_waited_for() -> None:
    kept: list[Batch[Any]] = []
    places = StorePlaces(failures=[Transient("redis is restarting")])

    await consumed(ScriptedConsumer([KafkaConnectionError(), {FIRST: records(0)}]), keeping(kept), places)

    assert len(kept) == 1


async def test_a_poll_that_fails_for_too_long_ends_the_loop() -> None:
    polls: list[Poll] = [KafkaConnectionError() for _ in range(100)]

    with pytest.raises(Transient, match="nothing could be consumed"):
        await consumed(ScriptedConsumer(polls), keeping([]), retry_total_s=0.2)


async def test_an_unusable_record_moves_no_position_before_its_dead_letter_is_kept() -> None:
    kept: list[Batch[Any]] = []
    places = StorePlaces()

    with pytest.raises(Transient, match="did not acknowledge"):  # the dead letters' broker
        polls: list[Poll] = [{FIRST: [ScriptedRecord(0, b"no event")]}]
        await consumed(ScriptedConsumer(polls), keeping(kept), places, retry_total_s=0.2)

    assert (kept, places.reached) == ([], {})


async def test_other_tasks_get_their_turn_while_a_large_batch_is_parsed() -> None:
    turns = 0

    async def heartbeat() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beating = asyncio.create_task(heartbeat())
    turns_before_the_effect: list[int] = []

    async def handle(_: Batch[Any]) -> None:
        turns_before_the_effect.append(turns)

    small, large = records(0), records(*range(1, 1 + 10 * PARSED_AT_ONCE))
    await consumed(ScriptedConsumer([{FIRST: small}, {FIRST: large}]), handle)
    beating.cancel()

    after_small, after_large = turns_before_the_effect
    assert after_large - after_small >= 10


def test_a_store_that_is_back_waits_at_most_two_seconds_for_its_batch_however_long_it_was_gone() -> None:
    for pauses in (BATCH_PAUSES, POLL_PAUSES):
        assert all(0 < pauses(Transient("gone"), attempt) <= 2 for attempt in range(200))
