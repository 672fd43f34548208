"""Rankings run beside the event loop, a bounded number of them, and what cannot be in time is refused at once."""

import asyncio
import threading
from collections.abc import Callable
from time import monotonic

import pytest

from marquee.errors import Transient
from ranker.pool import RankingPool

NEVER = 1e12
PATIENCE_S = 30.0


class Gate:
    """A job that runs until it is let go."""

    def __init__(self) -> None:
        self.started, self.is_open = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.started.set()
        assert self.is_open.wait(PATIENCE_S)
        return "done"

    async def begun(self) -> None:
        assert await asyncio.to_thread(self.started.wait, PATIENCE_S)


async def refused(pool: RankingPool, job: Callable[[], object], deadline: float) -> str:
    with pytest.raises(Transient) as refusal:
        await pool.run(job, deadline)
    return str(refusal.value)


async def test_the_loop_goes_on_and_one_job_more_than_may_wait_is_refused() -> None:
    pool, running, waiting = RankingPool(threads=1, waiting=1), Gate(), Gate()
    first, second = (asyncio.create_task(pool.run(each, NEVER)) for each in (running, waiting))
    await running.begun()

    assert "2 are in hand" in await refused(pool, Gate(), NEVER)

    assert not waiting.started.is_set()
    running.is_open.set()
    waiting.is_open.set()
    assert [await first, await second] == ["done", "done"]
    assert await pool.run(lambda: "room again", NEVER) == "room again"
    pool.close()


async def test_what_is_late_is_refused_and_never_starts() -> None:
    now = [0.0]
    pool, running = RankingPool(threads=1, waiting=9, clock=lambda: now[0]), Gate()
    late = list[str]()
    assert "0 in hand" in await refused(pool, lambda: late.append("was late already"), deadline=0.0)

    first = asyncio.create_task(pool.run(running, NEVER))
    await running.begun()
    assert "1 in hand" in await refused(pool, lambda: late.append("would be late"), deadline=0.001)
    overtaken = asyncio.create_task(pool.run(lambda: late.append("became late"), deadline=60.0))
    await asyncio.sleep(0)
    now[0] = 61.0
    running.is_open.set()

    assert await first == "done"
    with pytest.raises(Transient):
        await overtaken
    assert late == []
    pool.close()


async def test_one_very_slow_job_does_not_have_all_later_ones_refused() -> None:
    now = [0.0]
    pool = RankingPool(threads=1, waiting=1, clock=lambda: now[0])

    def slow() -> None:
        now[0] += 1_000

    await pool.run(slow, deadline=5_000)

    assert await pool.run(lambda: "in time", deadline=now[0] + 1) == "in time"
    pool.close()


async def test_a_job_that_hangs_is_given_up_at_its_deadline_and_keeps_its_place() -> None:
    pool, hung = RankingPool(threads=1, waiting=0), Gate()

    assert "not ranked in time" in await refused(pool, hung, monotonic() + 0.05)

    assert "1 are in hand" in await refused(pool, Gate(), NEVER)
    hung.is_open.set()
    pool.close()
