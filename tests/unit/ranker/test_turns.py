"""Turns: so many at once, the next one waits, and one that waits too long is refused."""

import asyncio

import pytest

from marquee.errors import Transient
from ranker.turns import Turns


async def test_a_second_one_gets_its_turn_after_the_first_and_a_third_is_refused_in_time() -> None:
    turns, order = Turns(at_once=1, wait_s=0.05, what="a place"), list[str]()
    go_on = asyncio.Event()

    async def first() -> None:
        async with turns.one():
            order.append("first")
            await go_on.wait()

    running = asyncio.create_task(first())
    await asyncio.sleep(0)
    with pytest.raises(Transient) as refused:
        async with turns.one():
            order.append("too early")
    go_on.set()
    await running

    async with turns.one():
        order.append("next")
    assert refused.value.what == "a place"
    assert order == ["first", "next"]


async def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns(at_once=1, wait_s=0.05, what="a place")

    with pytest.raises(ValueError, match="wrong"):
        async with turns.one():
            raise ValueError("wrong")

    async with turns.one():
        pass
