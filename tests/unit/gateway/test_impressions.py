"""What the gateway notes of a shown ranking, and what happens while ingest does not take it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client import REGISTRY

from gateway import impressions as module
from gateway.impressions import Impressions, Shown, impression
from gateway.upstream import Upstream
from marquee.contracts.activity_bodies import ImpressionsRequest
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import UserActed
from support.wait import until

NOW_MS = 1_767_323_045_678


def a_ranking(*movie_ids: int, first: int = 1, ranking_id: str = "r", **known: object) -> bytes:
    items = [{"movie_id": movie, "rank": first + at, "score": 1 / (1 + at)} for at, movie in enumerate(movie_ids)]
    return orjson.dumps({"ranking_id": ranking_id, "model_version": "v1", "items": items} | known)


def counted(outcome: str) -> float:
    return REGISTRY.get_sample_value("marquee_impressions_total", {"outcome": outcome}) or 0.0


class Ingest:
    """Takes impressions, or answers with `status`; hangs while `is_hung`."""

    def __init__(self) -> None:
        self.status, self.is_hung = 202, False
        self.batches: list[list[UserActed]] = []

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_hung:
            await asyncio.sleep(60)
        if self.status == 202:
            body = ImpressionsRequest.model_validate_json(request.content)
            self.batches.append(list(body.impressions))
        return httpx.Response(self.status, json=None)

    @property
    def shown(self) -> list[UserActed]:
        return [event for batch in self.batches for event in batch]


@asynccontextmanager
async def running(ingest: Ingest, **options: Any) -> AsyncIterator[Impressions]:
    client = httpx.AsyncClient(transport=httpx.MockTransport(ingest.answer), base_url="http://ingest")
    usual: dict[str, Any] = {"linger_s": 0.01, "clock": lambda: NOW_MS / 1_000}
    found = Impressions(Upstream("ingest", client, 5.0), **usual | options)
    task = asyncio.create_task(found.run())
    try:
        yield found
        assert not task.done()
    finally:
        task.cancel()
        await client.aclose()


def received(ingest: Ingest, count: int) -> Callable[[], Any]:
    async def is_there() -> bool:
        return len(ingest.shown) >= count

    return is_there


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.02)


async def test_a_shown_ranking_is_sent_with_its_places_scores_and_model() -> None:
    ingest = Ingest()
    async with running(ingest) as impressions:
        impressions.note(7, a_ranking(30, 10, 20))
        await until(received(ingest, 1))

    (event,) = ingest.shown
    assert (event.kind, event.user_id, event.acted_at_ms, event.ranking_id) == ("shown", 7, NOW_MS, "r")
    assert (event.movie_id, event.position, event.score) == ((30, 10, 20), (1, 2, 3), (1.0, 0.5, 1 / 3))
    assert (event.model_version, event.propensity) == ("v1", (1.0, 1.0, 1.0))


def test_a_page_shown_again_is_the_same_impression_and_the_next_page_another() -> None:
    pages = [a_ranking(1, 2), a_ranking(1, 2), a_ranking(3, 4, first=3), a_ranking(1, 2, ranking_id="s")]

    first, again, second, other = [impression(Shown(7, 0, page)) for page in pages]

    assert first and again and second and other
    assert first["event_id"] == again["event_id"]
    assert len({first["event_id"], second["event_id"], other["event_id"]}) == 3
    assert second["position"] == [3, 4]


async def test_nothing_is_kept_of_the_visitor_of_an_empty_list_or_when_switched_off() -> None:
    ingest, silent = Ingest(), Ingest()
    async with running(ingest) as impressions, running(silent, is_on=False) as off:
        impressions.note(VISITOR_ID, a_ranking(1))
        impressions.note(7, a_ranking())
        impressions.note(7, a_ranking(2, model_version=None))
        off.note(7, a_ranking(3))
        await until(received(ingest, 1))
        await asyncio.sleep(0.05)

    assert [(event.movie_id, event.model_version) for event in ingest.shown] == [((2,), None)]
    assert silent.batches == []


async def test_what_has_no_room_is_dropped_and_counted_while_ingest_hangs() -> None:
    ingest, before = Ingest(), counted("dropped")
    ingest.is_hung = True
    body = a_ranking(*range(1, 26))
    async with running(ingest, queue_bytes=10 * len(body) + 5) as impressions:
        for _ in range(14):
            impressions.note(7, body)

    assert counted("dropped") - before == 4


async def test_an_outage_delays_impressions_and_repeats_none() -> None:
    ingest = Ingest()
    ingest.status = 503
    async with running(ingest) as impressions:
        for at in range(5):
            impressions.note(7, a_ranking(1, 2, ranking_id=f"r{at}"))
            await asyncio.sleep(0.02)
        ingest.status = 202
        await until(received(ingest, 5))

    assert [event.ranking_id for event in ingest.shown] == [f"r{at}" for at in range(5)]


async def test_a_batch_that_ingest_refuses_and_a_body_that_is_no_ranking_stop_nothing() -> None:
    ingest, before = Ingest(), counted("unusable")
    ingest.status = 422
    async with running(ingest) as impressions:
        impressions.note(7, a_ranking(1))
        await until(_counted(before + 1))
        ingest.status = 202
        for body in (b"{", b"[]", b'{"items":[{}]}'):
            impressions.note(7, body)
        impressions.note(7, a_ranking(2))
        await until(received(ingest, 1))

    assert [event.movie_id for event in ingest.shown] == [(2,)]
    assert counted("unusable") == before + 4


def _counted(count: float) -> Callable[[], Any]:
    async def is_reached() -> bool:
        return counted("unusable") >= count

    return is_reached


async def test_large_rankings_are_sent_in_bodies_that_ingest_takes() -> None:
    ingest = Ingest()
    async with running(ingest) as impressions:
        for at in range(120):
            impressions.note(7, a_ranking(*range(10**15, 10**15 + (500 if at % 8 == 0 else 3)), ranking_id=f"{at:032}"))
        await until(received(ingest, 120))

    assert len({event.ranking_id for event in ingest.shown}) == 120
    sizes = [sum(len(event.model_dump_json()) for event in batch) for batch in ingest.batches]
    assert max(sizes) < 256 * 1024
    assert 1 < len(ingest.batches) < 10


async def test_what_is_left_at_the_end_is_sent_once_more_but_not_waited_for() -> None:
    ingest, hung = Ingest(), Ingest()
    hung.is_hung = True
    async with running(ingest, linger_s=60) as impressions, running(hung, linger_s=60) as stuck:
        impressions.note(7, a_ranking(1))
        stuck.note(7, a_ranking(1))
        await impressions.last_try()
        started = asyncio.get_running_loop().time()
        await stuck.last_try()

    assert len(ingest.shown) == 1
    assert asyncio.get_running_loop().time() - started < 2


def test_a_ranking_that_was_sent_again_is_an_impression_each_time() -> None:
    fresh = a_ranking(1)
    cached = orjson.dumps(orjson.loads(fresh) | {"meta": {"cached": True}})

    shown = [impression(Shown(7, at_ms, body)) for at_ms, body in [(1, fresh), (2, cached), (3, cached), (3, cached)]]

    ids = [each["event_id"] for each in shown if each is not None]
    assert len(set(ids[:3])) == 3
    assert ids[2] == ids[3]
