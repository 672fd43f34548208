"""The longest pause of an event loop is kept for a while, then forgotten."""

import asyncio
import time

from prometheus_client import REGISTRY

from marquee.http.loop_pause import LongestPause, watch_pauses


def test_a_pause_is_the_longest_until_its_window_and_the_next_have_passed() -> None:
    longest = LongestPause(0.0, window_s=10)

    found = [longest.add(pause, at) for at, pause in [(1, 0.2), (9, 0.1), (12, 0.1), (19, 0.0), (23, 0.05), (40, 0.01)]]

    assert found == [0.2, 0.2, 0.2, 0.2, 0.1, 0.05]


async def test_a_loop_that_is_held_up_shows_in_the_gauge() -> None:
    watching = asyncio.create_task(watch_pauses(lambda: False, look_every_s=0.001))
    await asyncio.sleep(0.01)

    time.sleep(0.05)  # noqa: ASYNC251  # what must not happen
    await asyncio.sleep(0.01)

    watching.cancel()
    assert (REGISTRY.get_sample_value("marquee_loop_longest_pause_seconds") or 0) >= 0.04


async def test_at_rest_it_looks_seldom() -> None:
    looks = 0

    def is_at_rest() -> bool:
        nonlocal looks
        looks += 1
        return True

    watching = asyncio.create_task(watch_pauses(is_at_rest, look_every_s=0.0))
    await asyncio.sleep(0.01)

    watching.cancel()
    assert looks == 1
