"""Calls behind the gateway: bodies pass as they are, failures name the service, and a silent service is not asked."""

import asyncio
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress

import httpx
import pytest

from gateway.breaker import Admission, Breaker
from gateway.failures import Failure
from gateway.straight_client import StraightClient
from gateway.upstream import Unanswered, Upstream, detail_of
from marquee.errors import Transient
from marquee.http.time_left import TIME_LEFT

Answering = Callable[[httpx.Request], httpx.Response]


def an_upstream(answer: Answering, *, timeout_s: float = 5.0, breaker: Breaker | None = None) -> Upstream:
    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://10.0.0.7:8003")
    return Upstream("ranker", client, timeout_s, breaker)


def failing(error: type[httpx.TransportError]) -> Answering:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("no", request=request)

    return answer


async def test_body_status_and_request_id_are_handed_on_as_they_are() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        headers = {"content-type": "application/problem+json", "server-timing": "rank;dur=3", "x-other": "1"}
        return httpx.Response(404, content=b'{"code": "user_not_found"}', headers=headers)

    found = await an_upstream(answer).post("/v1/rank", b'{"user_id":7}', request_id="request-1")

    (request,) = requests
    assert (request.url.path, request.content) == ("/v1/rank", b'{"user_id":7}')
    assert (request.headers["x-request-id"], request.headers["content-type"]) == ("request-1", "application/json")
    assert (found.status_code, bytes(found.body)) == (404, b'{"code": "user_not_found"}')
    assert found.headers["content-type"] == "application/problem+json"
    assert found.headers["server-timing"] == "rank;dur=3"
    assert "x-other" not in found.headers


async def test_a_5xx_is_unavailable_with_what_the_problem_says() -> None:
    upstream = an_upstream(lambda _: httpx.Response(503, json={"detail": "the store is being filled"}))

    with pytest.raises(Transient, match="ranker: the store is being filled") as raised:
        await upstream.post("/v1/rank", b"{}", request_id="1")

    assert raised.value.what == "ranker"


@pytest.mark.parametrize("error", [httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError])
@pytest.mark.parametrize(("is_repeatable", "breaks", "sent"), [(True, 1, 2), (True, 9, 2), (False, 1, 1)])
async def test_a_call_that_changes_nothing_is_sent_once_more_when_its_connection_breaks(
    error: type[httpx.TransportError], is_repeatable: bool, breaks: int, sent: int
) -> None:
    left_ms: list[int] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        left_ms.append(int(request.headers[TIME_LEFT]))
        await asyncio.sleep(0.05)
        if len(left_ms) <= breaks:
            raise error("no", request=request)
        return httpx.Response(200, content=request.content)

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://10.0.0.7:8003")
    upstream = Upstream("ranker", client, 60.0, is_repeatable=is_repeatable)
    with nullcontext() if sent > breaks else pytest.raises(Transient, match="the connection broke"):
        assert (await upstream.post("/v1/rank", b"7", request_id="1")).body == b"7"

    assert len(left_ms) == sent
    assert left_ms[0] == 60_000
    assert all(ms <= 59_950 for ms in left_ms[1:]), "the second time less is left"


async def test_a_call_is_not_repeated_to_where_nobody_listens_or_answers() -> None:
    for error in (httpx.ConnectError, httpx.ReadTimeout):
        sent = list[httpx.Request]()

        def answer(
            request: httpx.Request, sent: list[httpx.Request] = sent, error: type[httpx.TransportError] = error
        ) -> httpx.Response:
            sent.append(request)
            raise error("no", request=request)

        client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://10.0.0.7:8003")
        with pytest.raises(Transient):
            await Upstream("ranker", client, 60.0, is_repeatable=True).post("/v1/rank", b"{}", request_id="1")
        assert len(sent) == 1


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (httpx.ConnectError, "nobody listens there"),
        (httpx.ReadTimeout, "no answer in time"),
        (httpx.RemoteProtocolError, "the connection broke"),
    ],
)
async def test_a_broken_call_names_the_service_and_the_address_apart(
    error: type[httpx.TransportError], said: str
) -> None:
    with pytest.raises(Transient, match=r"ranker at http://10\.0\.0\.7:8003: " + said) as raised:
        await an_upstream(failing(error)).post("/v1/rank", b"{}", request_id="1")

    assert raised.value.what == "ranker"


async def test_the_timeout_covers_the_whole_call() -> None:
    async def trickle(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5)
        raise AssertionError("nobody waits for this")

    client = httpx.AsyncClient(transport=httpx.MockTransport(trickle), base_url="http://ranker")
    started = time.monotonic()

    with pytest.raises(Transient, match="no answer in time"):
        await Upstream("ranker", client, 0.05).post("/v1/rank", b"{}", request_id="1")

    assert time.monotonic() - started < 2


async def test_after_a_timeout_the_service_is_not_asked_for_a_while() -> None:
    calls = 0

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        raise httpx.ReadTimeout("no", request=request)

    upstream = an_upstream(answer, breaker=Breaker(60.0))
    for _ in range(3):
        with pytest.raises(Transient):
            await upstream.post("/v1/rank", b"{}", request_id="1")

    assert calls == 1


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.RemoteProtocolError])
async def test_a_refused_connection_is_an_answer_and_the_next_call_is_sent(error: type[httpx.TransportError]) -> None:
    breaker = Breaker(60.0)

    with pytest.raises(Transient):
        await an_upstream(failing(error), breaker=breaker).post("/v1/rank", b"{}", request_id="1")

    assert breaker.admit(time.monotonic()) is Admission.USUAL


@pytest.mark.parametrize("service", ["nobody", "breaks", "breaks later", "silent"])
async def test_the_client_in_use_tells_these_failures_apart_too(service: str) -> None:
    """Told from aiohttp's own exceptions."""
    calls = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        await reader.readuntil(b"\r\n\r\n")
        if service == "silent":
            await reader.read()
        if service == "breaks later":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
            await writer.drain()
        writer.close()
        await writer.wait_closed()
        ended.release()

    ended = asyncio.Semaphore(0)
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    if service == "nobody":
        server.close()
    breaker = Breaker(60.0)
    async with StraightClient(f"http://127.0.0.1:{port}") as client:
        upstream = Upstream("ranker", client, 1.0 if service == "silent" else 60.0, breaker, is_repeatable=True)
        with pytest.raises(Unanswered) as raised:
            await upstream.post("/v1/rank", b"{}", request_id="1")
    for _ in range(calls):
        await ended.acquire()
    server.close()

    failure, called = {
        "nobody": (Failure.REFUSED, 0),
        "breaks": (Failure.BROKEN, 2),
        "breaks later": (Failure.BROKEN, 2),
        "silent": (Failure.LATE, 1),
    }[service]
    assert (raised.value.failure, calls) == (failure, called)
    assert breaker.admit(time.monotonic()) is (None if failure is Failure.LATE else Admission.USUAL)


async def test_a_cancelled_probe_leaves_room_for_the_next_one() -> None:
    reached = asyncio.Event()

    async def never(_: httpx.Request) -> httpx.Response:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    breaker = Breaker(0.01)
    breaker.unanswered(Admission.USUAL, time.monotonic())
    await asyncio.sleep(0.02)
    client = httpx.AsyncClient(transport=httpx.MockTransport(never), base_url="http://ranker")
    call = asyncio.create_task(Upstream("ranker", client, 60.0, breaker).post("/v1/rank", b"{}", request_id="1"))
    await reached.wait()

    call.cancel()
    with suppress(asyncio.CancelledError):
        await call

    assert breaker.admit(time.monotonic() + 1) is Admission.PROBE


async def test_a_ping_asks_for_liveness_and_says_where() -> None:
    paths: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        paths.append(request.url.path)
        return httpx.Response(200)

    assert await an_upstream(answer).ping() == "http://10.0.0.7:8003"
    assert paths == ["/livez"]


async def test_a_ping_that_is_refused_raises() -> None:
    with pytest.raises(httpx.HTTPStatusError):
        await an_upstream(lambda _: httpx.Response(500)).ping()


@pytest.mark.parametrize(
    ("body", "detail"),
    [(b'{"detail": "no model"}', "no model"), (b"<html>", "status 502"), (b"[]", "status 502"), (b"{}", "status 502")],
)
def test_the_detail_of_an_error_is_the_problem_s_or_the_status(body: bytes, detail: str) -> None:
    assert detail_of(httpx.Response(502, content=body)) == detail
