"""The client of the services behind the gateway, against a server on a socket."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.straight_client import IDLE_S, StraightClient
from support.wait import until


class Echo:
    """Answers with what it was asked, and knows by which connection."""

    def __init__(self) -> None:
        self.connections: set[object] = set()
        self.held, self.let_go = 0, asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        self.connections.add(request.transport)
        if "hold" in request.query:
            self.held += 1
            await self.let_go.wait()
        asked = {
            "method": request.method,
            "path": request.path_qs,
            "id": request.headers.get("x-request-id"),
            "type": request.headers.get("content-type"),
            "body": await request.text(),
        }
        headers = {"location": "http://elsewhere/", "set-cookie": "a=1", "x-cookie": request.headers.get("cookie", "")}
        return web.json_response(asked, status=int(request.query.get("status", 200)), headers=headers)


@pytest.fixture
async def echo() -> Echo:
    return Echo()


@pytest.fixture
async def client(echo: Echo) -> AsyncIterator[StraightClient]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", echo.answer)
    async with TestServer(app) as server, StraightClient(str(server.make_url("/"))) as client:
        yield client


async def test_a_request_arrives_as_it_was_made(client: StraightClient) -> None:
    headers = {"x-request-id": "7", "content-type": "application/json"}

    posted = await client.send(client.build_request("POST", "/v1/rank", content=b'{"k":3}', headers=headers))
    got = await client.get("/v1/rankings/a", params={"page_token": "x y"}, headers={"x-request-id": "8"})

    assert posted.json() == {
        "method": "POST", "path": "/v1/rank", "id": "7", "type": "application/json", "body": '{"k":3}'
    }  # fmt: skip
    assert (got.json()["method"], got.json()["path"], got.json()["id"]) == ("GET", "/v1/rankings/a?page_token=x+y", "8")


@pytest.mark.parametrize("status", [200, 307, 404, 503])
async def test_an_answer_is_handed_on_with_its_status_and_headers(client: StraightClient, status: int) -> None:
    found = await client.get("/any", params={"status": status})

    assert (found.status_code, found.headers["location"]) == (status, "http://elsewhere/"), "no redirect is followed"
    assert found.headers["content-type"].startswith("application/json")
    assert found.request.url.path == "/any"


async def test_calls_share_a_connection_and_no_cookies(client: StraightClient, echo: Echo) -> None:
    answers = [await client.get("/any") for _ in range(3)]

    assert len(echo.connections) == 1
    assert [answer.headers["x-cookie"] for answer in answers] == [""] * 3


def test_an_idle_connection_is_given_up_before_the_service_does() -> None:
    assert uvicorn.Config("any:app").timeout_keep_alive > IDLE_S


async def test_three_hundred_slow_answers_hold_up_no_other_call(client: StraightClient, echo: Echo) -> None:
    async def all_are_held() -> bool:
        return echo.held == 300

    slow = [asyncio.create_task(client.get("/any", params={"hold": "1", "n": n})) for n in range(300)]
    await until(all_are_held)
    other = await asyncio.wait_for(client.get("/livez"), 20)
    echo.let_go.set()
    answers = await asyncio.gather(*slow)

    assert other.json()["path"] == "/livez"
    assert [answer.json()["path"] for answer in answers] == [f"/any?hold=1&n={n}" for n in range(300)]


async def test_what_is_not_answered_is_an_error_of_httpx_with_its_cause() -> None:
    async with StraightClient("http://127.0.0.1:1") as client:
        with pytest.raises(httpx.TransportError) as raised:
            await client.get("/livez")

    assert isinstance(raised.value.__cause__, OSError)
