"""The retry policy: bounded in time, growing pauses, and no bug is ever tried again."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
import structlog
from structlog.testing import capture_logs

from marquee.errors import Transient
from marquee.retrying import Retry, backoff_s, growing, retried, steady

AT_ONCE = steady(0.0)


def failing(times: int, error: BaseException) -> tuple[Callable[[], Awaitable[str]], list[float]]:
    """A call that fails so many times, and when it was called."""
    called: list[float] = []

    async def call() -> str:
        called.append(time.monotonic())
        if len(called) <= times:
            raise error
        return "done"

    return call, called


async def test_what_may_pass_is_tried_until_it_succeeds() -> None:
    call, called = failing(3, Transient("soon"))
    retries: list[Retry] = []

    assert await retried(call, on=(Transient,), total_s=5, pauses=AT_ONCE, on_retry=retries.append) == "done"

    assert len(called) == 4
    assert [retry.attempt for retry in retries] == [0, 1, 2]
    assert {str(retry.error) for retry in retries} == {"soon"}


@pytest.mark.parametrize("error", [TypeError("ours"), KeyError("ours"), AttributeError("ours")], ids=repr)
async def test_a_bug_is_raised_at_once_as_it_is(error: Exception) -> None:
    call, called = failing(10**6, error)

    with pytest.raises(type(error), match="ours") as raised:
        await retried(call, on=(Transient, OSError), total_s=60, pauses=AT_ONCE)

    assert raised.value is error
    assert len(called) == 1


async def test_the_last_error_is_raised_before_a_pause_that_would_end_too_late() -> None:
    call, called = failing(10**6, Transient("never"))
    started = time.monotonic()

    with pytest.raises(Transient, match="never"):
        await retried(call, on=(Transient,), total_s=0.5, pauses=steady(0.2))

    assert len(called) == 3  # at 0, 0.2 and 0.4 s
    assert time.monotonic() - started < 5


async def test_an_error_may_ask_for_its_own_pause() -> None:
    call, called = failing(1, Transient("in 60 s"))
    started = time.monotonic()

    with pytest.raises(Transient):
        await retried(call, on=(Transient,), total_s=5, pauses=lambda error, _: 60.0 if "60" in str(error) else 0.0)

    assert len(called) == 1
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("where", ["call", "pause"])
async def test_cancelling_ends_a_call_and_a_pause_at_once(where: str) -> None:
    begun = asyncio.Event()

    async def call() -> None:
        begun.set()
        if where == "call":
            await asyncio.Event().wait()
        raise Transient("again")

    task = asyncio.create_task(retried(call, on=(Transient,), total_s=600, pauses=steady(60)))
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


async def test_a_deadline_around_all_attempts_ends_them() -> None:
    call, _ = failing(10**6, Transient("again"))

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await retried(call, on=(Transient,), total_s=600, pauses=steady(0.01))


async def test_the_library_logs_nothing_of_its_own() -> None:
    call, _ = failing(2, Transient("soon"))

    with capture_logs() as logged:
        structlog.get_logger().info("ours")
        await retried(call, on=(Transient,), total_s=5, pauses=AT_ONCE)

    assert [line["event"] for line in logged] == ["ours"]


def test_pauses_double_up_to_a_limit_and_are_spread() -> None:
    middle = [backoff_s(attempt, first_s=0.1, longest_s=1.0, spread=0.5) for attempt in range(6)]
    assert middle == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])

    pauses = growing(0.1, 1.0)
    drawn = [pauses(Transient(), 9) for _ in range(100)]
    assert all(0.5 <= pause_s <= 1.5 for pause_s in drawn)
    assert len(set(drawn)) > 1
