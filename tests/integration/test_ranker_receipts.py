"""`after` on a ranking: waits for the named events, and no longer; receipts that cannot come true are refused."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from marquee.contracts.events import MoviesRated
from marquee.contracts.rating_bodies import GivenReceipt
from marquee.contracts.topics import shard_of
from marquee.errors import Refused
from marquee.stores.applied import Place, Standing
from marquee.stores.key_space import KeySpace
from marquee_cli.embedded import free_port, start_redis
from ranker.receipts import ReceiptWait, require_own
from support.builders import a_rating
from support.ranker_app import a_ranker, store, world_events

pytestmark = pytest.mark.integration

LIMIT_S, LOOK_S = 0.25, 10.0
STRANGER = next(user for user in range(2, 99) if shard_of(user) != shard_of(1))


def receipt_of(event: MoviesRated, offset: int) -> GivenReceipt:
    return GivenReceipt(event_id=event.event_id, partition=shard_of(event.user_id), offset=offset)


async def refusal(space: KeySpace, receipt: GivenReceipt) -> tuple[int, list[str]]:
    with pytest.raises(Refused) as refused:
        require_own([receipt], [1])
        await ReceiptWait(space, LIMIT_S, LOOK_S).applied([receipt])
    return refused.value.status, [field for field, _ in refused.value.errors]


async def test_an_event_that_counts_already_is_not_waited_for(space: KeySpace) -> None:
    events = [a_rating(movie_id=movie) for movie in (1, 2)]
    await store(space, events)
    began = monotonic()

    receipts = [receipt_of(event, at) for at, event in enumerate(events)]
    is_applied = await ReceiptWait(space, 60, LOOK_S).applied(receipts)

    assert is_applied
    assert monotonic() - began < 10


async def test_an_event_that_comes_to_count_ends_the_wait(space: KeySpace) -> None:
    event = a_rating()
    waiting = asyncio.create_task(ReceiptWait(space, 60, LOOK_S).applied([receipt_of(event, 0)]))
    await asyncio.sleep(0.1)
    assert not waiting.done()

    await store(space, [event])
    began = monotonic()

    assert await waiting
    assert monotonic() - began < 10


async def test_an_event_that_does_not_come_to_count_is_given_up_at_the_limit(space: KeySpace) -> None:
    first, second = a_rating(movie_id=1), a_rating(movie_id=2)
    await store(space, [first])
    began = monotonic()

    is_applied = await ReceiptWait(space, LIMIT_S, LOOK_S).applied([receipt_of(first, 0), receipt_of(second, 1)])

    assert not is_applied
    assert LIMIT_S * 0.9 <= monotonic() - began < LIMIT_S + 10


async def test_a_wait_ends_although_a_library_swallows_its_cancellation(
    space: KeySpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    swallowed = list[asyncio.CancelledError]()

    async def once_deaf(_: KeySpace, places: Sequence[Place]) -> list[Standing]:
        try:
            await asyncio.sleep(LIMIT_S)
        except asyncio.CancelledError as cancelled:  # as asyncio.wait_for may do before Python 3.12
            if swallowed:
                raise
            swallowed.append(cancelled)
        return [Standing.AHEAD for _ in places]

    monkeypatch.setattr("ranker.receipts.standings", once_deaf)

    async with asyncio.timeout(20 * LIMIT_S):
        assert not await ReceiptWait(space, LIMIT_S / 2, LOOK_S).applied([receipt_of(a_rating(), 0)])
    assert swallowed


async def test_an_event_sent_twice_counts_under_either_receipt(space: KeySpace) -> None:
    event = a_rating()
    await store(space, [event, event])

    for offset in (0, 1):
        assert await ReceiptWait(space, LIMIT_S, LOOK_S).applied([receipt_of(event, offset)])


async def test_a_receipt_of_a_strangers_partition_is_refused_by_its_field(space: KeySpace) -> None:
    receipt = GivenReceipt(event_id=uuid4(), partition=shard_of(STRANGER), offset=0)

    assert await refusal(space, receipt) == (422, ["after[0].partition"])


async def test_a_receipt_of_another_log_is_refused_by_its_field(space: KeySpace) -> None:
    await store(space, [a_rating(movie_id=1), a_rating(movie_id=2)])

    assert await refusal(space, receipt_of(a_rating(), 1)) == (422, ["after[0].event_id"])


async def test_a_receipt_is_judged_by_its_own_topic(space: KeySpace) -> None:
    event = a_rating()
    await store(space, [event])
    receipt = receipt_of(event, 0).model_copy(update={"topic": "activity.v1"})

    assert not await ReceiptWait(space, 0.05, LOOK_S).applied([receipt])


async def test_while_redis_hangs_nothing_is_said_to_count_and_no_event_is_waited_for(tmp_path: Path) -> None:
    wait_s = 30.0
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    try:
        async with Redis.from_url(f"redis://{child.address}/0", socket_timeout=600) as redis:
            await store(own := KeySpace(redis, "own"), rated := world_events())
            receipt = receipt_of(next(e for e in rated if e.user_id == 1), 0).model_dump(mode="json")
            async with a_ranker(own, receipt_wait_s=wait_s, receipt_look_s=0.5) as ranker:
                before = await ranker.rank(user_id=1, k=5)
                os.kill(child.process.pid, signal.SIGSTOP)
                began = monotonic()
                answers = [await ranker.rank(user_id=1, k=5, after=[receipt]) for _ in range(5)]
                took_s = monotonic() - began
                os.kill(child.process.pid, signal.SIGCONT)
    finally:
        child.stop()

    assert {(a["meta"]["rung"], a["meta"]["freshness"]["applied"]) for a in answers} == {("stale", False)}
    assert [card["movie_id"] for card in answers[0]["items"]] == [card["movie_id"] for card in before["items"]]
    assert took_s < wait_s


async def test_an_answer_says_whether_what_it_was_to_wait_for_counts(space: KeySpace) -> None:
    await store(space, rated := [*world_events(), a_rating(user_id=1, movie_id=40)])
    own = [event for event in rated if shard_of(event.user_id) == shard_of(1)]
    to_come = a_rating(user_id=1, movie_id=2)
    async with a_ranker(space) as ranker:
        answers = [
            await ranker.rank(user_id=1, k=5, after=[receipt_of(event, at).model_dump(mode="json")])
            for event, at in ((own[-1], len(own) - 1), (to_come, len(own)))
        ]
        plain = await ranker.rank(user_id=1, k=5)

    assert [answer["meta"]["freshness"].get("applied") for answer in [*answers, plain]] == [True, False, None]
    assert answers[1]["meta"]["timings_ms"]["receipts"] >= LIMIT_S * 900
    assert {answer["meta"]["stages"]["applied_offset"] for answer in answers} == {len(own)}


async def test_a_rating_is_out_of_the_list_that_waited_for_it(space: KeySpace) -> None:
    await store(space, rated := world_events())
    own = [event for event in rated if shard_of(event.user_id) == shard_of(1)]
    async with a_ranker(space, receipt_wait_s=60) as ranker:
        before = await ranker.rank(user_id=1, k=5)
        best = before["items"][0]["movie_id"]
        event = a_rating(user_id=1, movie_id=best, rated_at_ms=2_000_000_000_000)
        receipt = receipt_of(event, len(own)).model_dump(mode="json")
        waiting = asyncio.create_task(ranker.rank(user_id=1, k=5, after=[receipt]))
        await asyncio.sleep(0.02)
        await store(space, [*rated, event])
        answer = await waiting

    assert answer["meta"]["freshness"]["applied"] is True
    assert best not in [card["movie_id"] for card in answer["items"]]
