"""A ranker with no time or no room for a ranking says so at once, and the gateway serves what it has instead."""

import asyncio
import threading

import httpx
import pytest

from gateway.upstream import Upstream
from marquee.errors import Transient
from marquee.stores.key_space import KeySpace
from ranker.pool import RankingPool
from support.ranker_app import a_ranker, store, world_events
from support.wait import until

pytestmark = pytest.mark.integration

PATIENCE_S = 30.0
BODIES = ({"user_id": 1, "k": 5}, {"user_ids": [1, 2], "k": 5}, {"movie_id": 1, "k": 5})


@pytest.mark.parametrize("left_ms", ["0", "-5", "40"])
async def test_a_deadline_that_is_past_is_refused_for_every_subject(space: KeySpace, left_ms: str) -> None:
    await store(space, world_events())
    async with a_ranker(space) as ranker:
        for body in BODIES:
            answer = await ranker.client.post("/v1/rank", json=body, headers={"Marquee-Time-Left-Ms": left_ms})
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1"), body


@pytest.mark.parametrize("left_ms", ["", "soon", "1e3", "9" * 400, "30000"])
async def test_a_header_that_gives_time_or_cannot_be_read_refuses_nothing(space: KeySpace, left_ms: str) -> None:
    await store(space, world_events())
    async with a_ranker(space) as ranker:
        answer = await ranker.client.post("/v1/rank", json=BODIES[0], headers={"Marquee-Time-Left-Ms": left_ms})

    assert answer.status_code == 200


async def test_while_the_pool_is_full_rankings_are_refused_and_the_loop_answers_on(space: KeySpace) -> None:
    await store(space, world_events())
    pool, is_open, started = RankingPool(threads=1, waiting=0), threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        is_open.wait(PATIENCE_S)

    async with a_ranker(space, pool=pool) as ranker:
        holding = asyncio.create_task(pool.run(hold, 1e12))
        assert await asyncio.to_thread(started.wait, PATIENCE_S)

        refused = await ranker.client.post("/v1/rank", json=BODIES[0])
        upstream = Upstream("ranker", ranker.client, 2.0)
        with pytest.raises(Transient):  # for which the gateway serves its popular list
            await upstream.post("/v1/rank", refused.request.content, request_id="r")

        is_open.set()
        await holding
        await until(lambda: _is_answered(ranker.client))

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


async def _is_answered(client: httpx.AsyncClient) -> bool:
    return (await client.post("/v1/rank", json=BODIES[0])).status_code == 200


async def test_the_gateway_says_how_long_it_waits() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://ranker") as client:
        upstream = Upstream("ranker", client, 1.5)
        await upstream.post("/v1/rank", b"{}", request_id="r")
        await upstream.get("/v1/rankings/x", {}, request_id="r")

    assert [request.headers["marquee-time-left-ms"] for request in asked] == ["1500", "1500"]
