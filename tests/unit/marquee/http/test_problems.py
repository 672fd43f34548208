"""Every error is one problem body with the request's id, in the answer and in the log; addresses stay in the log."""

from collections.abc import Iterator, MutableMapping
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from pydantic import BaseModel, Field
from structlog.testing import capture_logs

from marquee.errors import Refused, Transient, not_found, unprocessable
from marquee.http.operations import Dependencies, install_operations
from marquee.http.problems import MAX_LISTED, MAX_TEXT, field_path

Logged = list[MutableMapping[str, Any]]
ADDRESS = "redis://10.0.0.5:6379/0"


@pytest.fixture(autouse=True)
def logged() -> Iterator[Logged]:
    """The log lines of a test, with what is bound to the request."""
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        yield lines


class Body(BaseModel):
    stars: list[float] = Field(max_length=100)


def an_app(*, is_public: bool = True) -> FastAPI:
    app = FastAPI()

    @app.get("/bug")
    async def bug() -> None:
        raise ZeroDivisionError(f"a bug that knows {ADDRESS}")

    @app.get("/away")
    async def away() -> None:
        raise Transient(f"{ADDRESS} refused the connection", what="redis")

    @app.get("/unnamed")
    async def unnamed() -> None:
        raise Transient(f"{ADDRESS} refused the connection")

    @app.get("/missing")
    async def missing() -> None:
        raise not_found("movie", "there is no movie 7")

    @app.get("/busy")
    async def busy() -> None:
        raise Refused(429, "rate_limited", "Too many requests", "wait a second", headers={"Retry-After": "1"})

    @app.get("/wrong")
    async def wrong() -> None:
        raise unprocessable("ratings[0].rating", "must be 0.5 to 5")

    @app.post("/stars")
    async def stars(body: Body) -> None:
        pass

    install_operations(app, "gateway", Dependencies(), is_public=is_public)
    return app


async def answered(
    method: str, path: str, *, app: FastAPI | None = None, content_type: str | None = None, **options: Any
) -> httpx.Response:
    headers = {"x-request-id": "request-1"} | ({"content-type": content_type} if content_type else {})
    transport = httpx.ASGITransport(app=app or an_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, path, headers=headers, **options)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/bug", 500, "internal_error"),
        ("GET", "/away", 503, "unavailable"),
        ("GET", "/missing", 404, "movie_not_found"),
        ("GET", "/busy", 429, "rate_limited"),
        ("GET", "/wrong", 422, "validation_failed"),
        ("POST", "/stars", 422, "validation_failed"),
        ("GET", "/nowhere", 404, "route_not_found"),
        ("DELETE", "/missing", 405, "method_not_allowed"),
    ],
)
async def test_every_error_is_a_problem_with_the_request_s_id(method: str, path: str, status: int, code: str) -> None:
    answer = await answered(method, path)

    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert (answer.headers["x-request-id"], problem["request_id"]) == ("request-1", "request-1")
    assert problem["instance"] == path
    assert problem["title"]


async def test_a_bug_is_logged_once_under_the_request_s_id_with_its_traceback(logged: Logged) -> None:
    await answered("GET", "/bug")

    (line,) = logged
    assert (line["event"], line["log_level"], line["request_id"]) == ("request_failed", "error", "request-1")
    assert isinstance(line["exc_info"], ZeroDivisionError)


async def test_a_bug_s_answer_gives_nothing_of_its_text_to_strangers() -> None:
    answer = await answered("GET", "/bug")

    assert "10.0.0.5" not in answer.text
    assert "ZeroDivisionError" not in answer.text


async def test_the_public_reads_what_is_unavailable_and_the_log_where_it_is(logged: Logged) -> None:
    answer = await answered("GET", "/away")

    assert answer.json()["detail"] == "redis is unavailable; try again"
    assert "10.0.0.5" not in answer.text
    assert answer.headers["retry-after"] == "1"
    (line,) = logged
    assert (line["event"], line["request_id"]) == ("unavailable", "request-1")
    assert ADDRESS in line["error"]


async def test_something_unavailable_without_a_name_has_no_address_in_public_either() -> None:
    answer = await answered("GET", "/unnamed")

    assert answer.json()["detail"] == "something it needs is unavailable; try again"


async def test_a_service_that_no_stranger_reaches_says_the_address() -> None:
    answer = await answered("GET", "/away", app=an_app(is_public=False))

    assert ADDRESS in answer.json()["detail"]


async def test_a_refusal_keeps_its_own_headers_and_fields() -> None:
    busy, wrong = await answered("GET", "/busy"), await answered("GET", "/wrong")

    assert busy.headers["retry-after"] == "1"
    assert wrong.json()["errors"] == [{"field": "ratings[0].rating", "message": "must be 0.5 to 5"}]


async def test_a_body_with_very_many_errors_lists_some_and_counts_the_rest() -> None:
    answer = await answered("POST", "/stars", json={"stars": ["x"] * 50})

    problem = answer.json()
    assert len(problem["errors"]) == MAX_LISTED
    assert problem["more_errors"] == 50 - MAX_LISTED
    assert problem["errors"][0]["field"] == "stars[0]"
    assert problem["detail"].endswith("; and 45 more")


async def test_a_body_that_is_not_json_is_refused_with_the_byte() -> None:
    answer = await answered("POST", "/stars", content=b'{"stars": [1,', content_type="application/json")

    (error,) = answer.json()["errors"]
    assert error["field"] == "body"
    assert error["message"].startswith("not JSON at byte 13")


async def test_a_long_path_is_cut_in_the_answer() -> None:
    answer = await answered("GET", "/" + "x" * 1_000)

    assert len(answer.json()["instance"]) == MAX_TEXT + 1


async def test_an_answer_that_has_begun_is_broken_off_and_not_replaced() -> None:
    app = an_app()

    @app.get("/half")
    async def half() -> Any:
        from fastapi.responses import StreamingResponse

        async def parts() -> Any:
            yield b"half"
            raise ZeroDivisionError

        return StreamingResponse(parts())

    with pytest.raises(ZeroDivisionError):
        await answered("GET", "/half", app=app)


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("body", "ratings", 0, "rating"), "ratings[0].rating"),
        (("query", "q"), "q"),
        (("body",), "body"),
        ((), "body"),
        ((0, "x"), "[0].x"),
    ],
)
def test_a_field_s_path_reads_as_in_javascript(location: tuple[str | int, ...], path: str) -> None:
    assert field_path(location) == path
