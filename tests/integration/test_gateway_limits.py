"""One request cannot stop the rest: the gateway as a process, and clients that send too much."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from support.service_process import ServiceProcess, lone_gateway

pytestmark = pytest.mark.integration

KIB = 1024
HEAD = b"POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def process(redis_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with lone_gateway(tmp_path_factory.mktemp("gateway"), redis_address, "limits") as started:
        yield started


@pytest.fixture
async def gateway(process: ServiceProcess) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=process.url, timeout=30) as client:
        yield client


async def answer_on(reader: asyncio.StreamReader) -> bytes:
    """Everything up to the end of the connection, whichever way it ends."""
    answer = b""
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(64 * KIB):
            answer += part
    return answer


async def sent_in_chunks(port: int, megabytes: int) -> tuple[bytes, int]:
    """The whole answer to a chunked body, and how many bytes of the body went out before the connection closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    answer = asyncio.create_task(answer_on(reader))
    chunk, out = b" " * (64 * KIB), 0
    with contextlib.suppress(ConnectionError):
        while out < megabytes * KIB * KIB and not answer.done():
            writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
            await asyncio.sleep(0)  # drain alone does not let the answer be read while the socket takes everything
            out += len(chunk)
    try:
        return await answer, out
    finally:
        writer.close()


async def test_a_declared_length_above_the_limit_is_refused_before_the_body_is_sent(process: ServiceProcess) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", process.port)
    writer.write(HEAD + b"Content-Length: 100000000\r\n\r\n")

    async with asyncio.timeout(10):
        answer = await reader.read()  # to the end: the connection is closed

    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head.lower()
    assert json.loads(body)["code"] == "too_large"
    writer.close()


async def test_a_client_that_sends_all_before_it_reads_gets_its_413(gateway: httpx.AsyncClient) -> None:
    for megabytes in (0.07, 1, 8):
        answer = await gateway.post("/v1/rank", content=b" " * int(megabytes * KIB * KIB))

        assert answer.status_code == 413


async def test_an_endless_chunked_body_is_refused_and_not_kept(process: ServiceProcess) -> None:
    await sent_in_chunks(process.port, 1)  # what the first request of a process takes for good is not meant
    before = process.rss_mb()

    answer, out = await sent_in_chunks(process.port, 100)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert out < 40 * KIB * KIB
    assert process.rss_mb() - before < 5


async def test_costly_requests_do_not_hold_up_others(process: ServiceProcess, gateway: httpx.AsyncClient) -> None:
    genres = {"user_id": 1, "filters": {"genres": ["x" * KIB * KIB] * 4}}
    excluded = {"user_id": 1, "exclude": [-1] * 2_300_000}
    bodies = [json.dumps(body).encode() for body in (genres, excluded)] * 3
    waits, is_over = [], asyncio.Event()

    async def somebody_else() -> None:
        while not is_over.is_set():
            started = time.monotonic()
            assert (await gateway.post("/v1/rank", json={"user_id": 1})).status_code == 200
            waits.append(time.monotonic() - started)

    other = asyncio.create_task(somebody_else())
    with httpx.Client(base_url=process.url, timeout=60) as costly:
        answers = await asyncio.gather(*(asyncio.to_thread(costly.post, "/v1/rank", content=body) for body in bodies))
    is_over.set()
    await other

    assert {answer.status_code for answer in answers} == {413}
    assert max(waits) < 5  # each of them took 20 to 40 s of everybody's time


@pytest.mark.parametrize("path", ["/v1/ratings", "/ratings"])
async def test_ratings_may_be_larger_than_other_bodies(gateway: httpx.AsyncClient, path: str) -> None:
    at_limit = await gateway.post(path, content=b"{" + b" " * (256 * KIB - 2) + b"}")
    above = await gateway.post(path, content=b" " * (256 * KIB + 1))

    assert (at_limit.status_code, above.status_code) == (422, 413)


WRONG = {
    "a thousand wrong ids": ("/v1/rank", {"user_id": 1, "exclude": [-1] * 1_000}, "exclude[0]", 980),
    "too many wrong ids": ("/v1/rank", {"user_id": 1, "exclude": [-1] * 16_000}, "exclude", 0),
    "five hundred empty ratings": ("/v1/ratings", {"ratings": [{}] * 500}, "ratings[0].event_id", 1_980),
    "too many empty ratings": ("/v1/ratings", {"ratings": [{}] * 60_000}, "ratings", 0),
    "thousands of unknown fields": ("/v1/rank", {f"f{at}": 1 for at in range(5_000)}, "body", 0),
    "one unknown field with a long name": ("/v1/rank", {"user_id": 1, "x" * 60_000: 1}, "x" * 200 + "…", 0),
    "a long genre": ("/v1/rank", {"user_id": 1, "filters": {"genres": ["x" * 60_000]}}, "filters.genres[0]", 0),
    "a long id": ("/v1/rank", {"user_id": "x" * 60_000}, "user_id", 0),
}


@pytest.mark.parametrize(("path", "body", "field", "more"), WRONG.values(), ids=WRONG)
async def test_a_refusal_is_short_whatever_was_sent(
    gateway: httpx.AsyncClient, path: str, body: dict[str, object], field: str, more: int
) -> None:
    answer = await gateway.post(path, json=body)

    assert answer.status_code == 422
    assert len(answer.content) < 6 * KIB
    assert answer.json()["errors"][0]["field"] == field
    assert len(answer.json()["errors"]) <= 20
    assert answer.json()["more_errors"] == more
    assert answer.elapsed.total_seconds() < 3


@pytest.mark.parametrize(
    "path",
    [
        "/v1/search?q=a&genre=" + "x" * 65,
        "/v1/search?q=a&page_token=" + "x" * 65,
        "/v1/search?q=" + "x" * 201,
        "/v1/search?q=a&year_min=" + "9" * 30_000,
        "/v1/movies/" + "9" * 30_000,
        "/v1/" + "x" * 30_000,
    ],
)
async def test_long_addresses_are_refused_and_not_repeated(gateway: httpx.AsyncClient, path: str) -> None:
    answer = await gateway.get(path)

    assert answer.status_code in (404, 422)
    assert len(answer.content) < 2 * KIB
