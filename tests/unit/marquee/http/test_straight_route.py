"""A straight route answers as FastAPI's own does, whatever is sent, and sees the valid requests before it."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Request, Response
from prometheus_client import REGISTRY
from pydantic import BaseModel, Field

from marquee.errors import Transient, not_found
from marquee.http.operations import Dependencies, install_operations
from marquee.http.straight_route import StraightRoute, go_straight

JSON = "application/json"
GOOD = b'{"k": 3, "names": ["a", "b"]}'


class Wish(BaseModel, extra="forbid"):
    k: int = Field(default=1, ge=1, le=9)
    names: tuple[str, ...] = ()


async def parts(_: Request) -> str:
    return "wired"


async def wish(body: Wish, request: Request, found: Annotated[str, Depends(parts)]) -> Response:
    """What arrived, and by which way: FastAPI alone finds out where in its source an endpoint is."""
    match body.k:
        case 7:
            raise not_found("wish", "there is no wish 7")
        case 8:
            raise Transient("it hides", what="a thing")
        case 9:
            raise ZeroDivisionError
    raw = (await request.body()).decode()
    return Response(json.dumps([body.model_dump(), raw, found]), media_type=JSON)


def an_app(*, is_straight: bool, seen: list[str] | None = None) -> FastAPI:
    app = FastAPI()
    app.post("/v1/wish")(wish)
    install_operations(app, "wishing", Dependencies())
    if is_straight:

        async def seen_wish(body: Wish, request: Request, found: str) -> Response:
            if seen is not None:
                seen.append(request.url.path)
            return await wish(body, request, found)

        go_straight(app, StraightRoute(("/v1/wish",), "/v1/wish", Wish, parts, seen_wish))
    return app


async def asked(
    app: FastAPI, method: str = "POST", content: bytes = GOOD, path: str = "/v1/wish", **headers: str
) -> Any:
    """Status, headers and body of an answer."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        given = {"x-request-id": "one", **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = await client.request(method, path, content=content, headers=given)
    return answer.status_code, dict(answer.headers), answer.content


REQUESTS: Mapping[str, dict[str, Any]] = {
    "valid": {"content_type": JSON},
    "valid, with a charset": {"content_type": f"{JSON}; charset=utf-8"},
    "other JSON": {"content_type": "application/problem+json"},
    "in UTF-16": {"content_type": JSON, "content": '{"k": 2}'.encode("utf-16")},
    "not found": {"content_type": JSON, "content": b'{"k": 7}'},
    "unavailable": {"content_type": JSON, "content": b'{"k": 8}'},
    "a bug": {"content_type": JSON, "content": b'{"k": 9}'},
    "no content type": {},
    "text": {"content_type": "text/plain"},
    "no body": {"content_type": JSON, "content": b""},
    "half a body": {"content_type": JSON, "content": b'{"k": '},
    "no object": {"content_type": JSON, "content": b"[1]"},
    "null": {"content_type": JSON, "content": b"null"},
    "a wrong field": {"content_type": JSON, "content": b'{"k": 99, "names": 4}'},
    "an unknown field": {"content_type": JSON, "content": b'{"l": 1}'},
    "not a number": {"content_type": JSON, "content": b'{"k": NaN}'},
    "no text": {"content_type": JSON, "content": b"\xff\xfe\xfd"},
    "too deep": {"content_type": JSON, "content": b"[" * 60_000},
    "a GET": {"method": "GET", "content": b""},
    "a HEAD": {"method": "HEAD", "content": b""},
    "another path": {"path": "/v1/wishes", "content_type": JSON},
}


@pytest.mark.parametrize("sent", REQUESTS.values(), ids=REQUESTS.keys())
async def test_an_answer_is_that_of_fastapis_own_route(sent: dict[str, Any]) -> None:
    plain, straight = an_app(is_straight=False), an_app(is_straight=True)

    assert await asked(straight, **sent) == await asked(plain, **sent)


async def told_when_the_client_goes(app: FastAPI) -> list[dict[str, Any]]:
    """What the app answers to a client that goes in the middle of its body."""
    headers = [(b"host", b"localhost"), (b"content-type", JSON.encode()), (b"x-request-id", b"one")]
    asked_for = {"path": "/v1/wish", "raw_path": b"/v1/wish", "query_string": b"", "root_path": "", "headers": headers}
    between = {"scheme": "http", "http_version": "1.1", "server": ("localhost", 80), "client": ("localhost", 1)}
    scope = {"type": "http", "method": "POST", **asked_for, **between}
    messages = iter(
        [
            {"type": "http.request", "body": GOOD[:5], "more_body": True},
            {"type": "http.disconnect"},
            {"type": "http.disconnect"},
        ]
    )
    told: list[dict[str, Any]] = []

    async def receive() -> Any:
        return next(messages)

    async def send(message: Any) -> None:
        told.append(dict(message))

    await app(scope, receive, send)
    return told


async def test_a_client_that_goes_in_the_middle_of_its_body_is_no_bug() -> None:
    plain, straight = an_app(is_straight=False), an_app(is_straight=True)

    found = await told_when_the_client_goes(straight)

    assert found == await told_when_the_client_goes(plain)
    assert found[0]["status"] == 400


async def test_a_valid_request_takes_the_straight_way_and_no_other_does() -> None:
    seen = list[str]()
    app = an_app(is_straight=True, seen=seen)

    for sent in REQUESTS.values():
        await asked(app, **sent)

    valid = ("valid", "valid, with a charset", "in UTF-16", "not found", "unavailable", "a bug")
    assert len(seen) == len(valid)


async def test_requests_are_counted_under_the_same_route() -> None:
    for is_straight in (False, True):
        labels = {"service": "wishing", "method": "POST", "route": "/v1/wish", "status": "200"}
        before = REGISTRY.get_sample_value("marquee_request_seconds_count", labels) or 0

        await asked(an_app(is_straight=is_straight), content_type=JSON)

        assert REGISTRY.get_sample_value("marquee_request_seconds_count", labels) == before + 1


def test_the_document_is_the_same() -> None:
    assert an_app(is_straight=True).openapi() == an_app(is_straight=False).openapi()
