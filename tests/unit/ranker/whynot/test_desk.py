"""The desk: the event loop goes on while something is explained, and one too many is refused at once."""

import asyncio
from time import perf_counter

import pytest

from marquee.contracts.explain_bodies import Explained, ExplainRequest
from marquee.contracts.ranking_fields import card_without_details
from marquee.errors import Transient
from ranker.answers import freshness_for
from ranker.online import KnownUser
from ranker.settings import RankerSettings
from ranker.stopwatch import Stopwatch
from ranker.whynot.desk import Desk
from support.serving import KNOWN, trained

REQUEST = ExplainRequest(user_id=1, k=5, movie_ids=tuple(range(6, 26)))


def explaining(desk: Desk) -> asyncio.Task[Explained]:
    watch, user = Stopwatch(perf_counter), KnownUser(KNOWN)
    freshness = freshness_for(trained(), user)
    return asyncio.ensure_future(desk.explained(trained(), user, REQUEST, card_without_details, watch, freshness))


async def test_the_loop_goes_on_while_something_is_explained() -> None:
    task, turns = explaining(Desk(RankerSettings(explain_search_s=0.5))), 0
    while not task.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert len(task.result().items) == 20
    assert turns >= 10


async def test_one_too_many_is_refused_and_a_place_that_is_free_again_is_used() -> None:
    desk = Desk(RankerSettings(explain_at_once=1, explain_wait_s=0.01, explain_search_s=0.5))
    first = explaining(desk)
    await asyncio.sleep(0)

    with pytest.raises(Transient, match="one more explanation: too many at once"):
        await explaining(desk)

    await first
    assert (await explaining(desk)).k == 5
