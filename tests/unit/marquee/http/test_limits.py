"""The layers around every service: bodies and hosts are refused before anything is read, and HEAD is GET's twin."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import enricher.main
import features.main
import gateway.main
import ingest.main
import ranker.main
import trainer.main
from marquee.http.limits import BodyLimit, is_allowed

KIB = 1024
APPS: dict[str, Callable[[], FastAPI]] = {
    "enricher": enricher.main.create_app,
    "features": features.main.create_app,
    "gateway": gateway.main.create_app,
    "ingest": ingest.main.create_app,
    "ranker": ranker.main.create_app,
    "trainer": trainer.main.create_app,
}


def asking(service: str, host: str = "localhost") -> httpx.AsyncClient:
    """A client of a service that was not started: it answers what needs no dependency."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=APPS[service]()), base_url=f"http://{host}")


@pytest.mark.parametrize("service", APPS)
async def test_every_service_refuses_a_body_above_its_limit(service: str) -> None:
    async with asking(service) as client:
        for path, limit in (("/v1/rank", 64 * KIB), ("/v1/ratings", 256 * KIB), ("/nothing", 64 * KIB)):
            answer = await client.post(path, content=b" " * (limit + 1))

            assert answer.status_code == 413, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["x-request-id"] == answer.json()["request_id"]
            assert answer.json()["code"] == "too_large"
        assert (await client.post("/nothing", content=b" " * 64 * KIB)).status_code == 404


@pytest.mark.parametrize("service", APPS)
async def test_every_service_answers_to_its_own_name_alone(service: str) -> None:
    async with asking(service, host=service) as client:
        assert (await client.get("/livez")).status_code == 200
    async with asking(service, host="evil.example") as client:
        answer = await client.get("/livez")

    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("service", APPS)
async def test_every_service_answers_head_as_get_without_the_body(service: str) -> None:
    async with asking(service) as client:
        get, head = await client.get("/livez"), await client.head("/livez")

    assert (head.status_code, head.content) == (200, b"")
    of_the_moment = ("x-request-id", "server-timing")
    assert {k: v for k, v in head.headers.items() if k not in of_the_moment} == {
        k: v for k, v in get.headers.items() if k not in of_the_moment
    }


@pytest.mark.parametrize("service", sorted(set(APPS) - {"gateway"}))
async def test_no_internal_service_loads_its_api_page_from_elsewhere(service: str) -> None:
    async with asking(service) as client:
        for path in ("/docs", "/redoc"):
            assert (await client.get(path)).status_code == 404


async def test_a_chunked_body_is_read_up_to_its_limit_and_the_app_is_not_asked() -> None:
    limit, chunk, read_at_answer, read, sent = 1_000, 64, 0, 0, []

    async def app(*_: Any) -> None:
        raise AssertionError("the app was asked")

    async def receive() -> dict[str, Any]:
        nonlocal read
        read += chunk
        return {"type": "http.request", "body": b"x" * chunk, "more_body": read < 10 * limit}

    async def send(message: Any) -> None:
        nonlocal read_at_answer
        read_at_answer = read_at_answer or read
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"transfer-encoding", b"chunked")]}
    await BodyLimit(app, limit, {})(scope, receive, send)

    assert sent[0]["status"] == 413
    assert (b"connection", b"close") in sent[0]["headers"]
    assert limit < read_at_answer <= limit + chunk


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        ("localhost", True),
        ("localhost:8000", True),
        ("LOCALHOST:3000", True),
        ("localhost.", True),
        ("127.0.0.1:8000", True),
        ("192.168.1.5:8000", True),  # a literal address cannot be made to point elsewhere
        ("[::1]", True),
        ("[::1]:8000", True),
        ("gateway:8000", True),
        ("", True),  # no browser leaves it out
        ("evil.example", False),
        ("evil.example:8000", False),
        ("localhost.evil.example", False),
        ("gateway.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost:80@evil.example", False),
        ("[::1].evil.example", False),
        ("evil.example#localhost", False),
        (":8000", False),
        (" ", False),
    ],
)
def test_a_host_is_ours_by_name_or_by_address(host: str, is_ours: bool) -> None:
    assert is_allowed(host, frozenset({"localhost", "gateway"})) is is_ours
