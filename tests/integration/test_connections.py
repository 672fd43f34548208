"""Clients that are slow, send too much or never read, on real sockets: each gets an answer or a close, others go on."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest

from support.service_process import ServiceProcess, lone_gateway

pytestmark = pytest.mark.integration

PATIENCE_S = 0.5
ENDS_S = 15
"""Far beyond the patience, also on a busy machine: a connection that is still open then was left open."""
ALIVE = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture(scope="module")
def process(redis_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    with lone_gateway(
        tmp_path_factory.mktemp("gateway"), redis_address, "connections", MARQUEE_CLIENT_WAIT_S=str(PATIENCE_S)
    ) as started:
        yield started


@asynccontextmanager
async def connected(process: ServiceProcess) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", process.port, limit=64 * 1024)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def rest_of(reader: asyncio.StreamReader) -> bytes:
    """Everything up to the end of the connection, whichever way it ends, but end it must."""
    answer = b""
    async with asyncio.timeout(ENDS_S):
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(64 * 1024):
                answer += part
    return answer


def problem_in(answer: bytes) -> dict[str, object]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"connection: close" in head.lower()
    found: dict[str, object] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {found['status']} ".encode())
    return found


async def trickle(writer: asyncio.StreamWriter, text: bytes) -> None:
    """A byte now and then, for as long as the other side takes them: never idle, never ready."""
    with contextlib.suppress(ConnectionError):
        for byte in text:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(PATIENCE_S / 8)


SLOW = {
    "half a request line": b"GET /livez HT",
    "headers without an end": b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n",
    "half a body": b"POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20\r\n\r\n{",
    "a chunk without its end": b"POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
}


@pytest.mark.parametrize("sent", SLOW.values(), ids=SLOW)
async def test_an_unfinished_request_is_a_408(process: ServiceProcess, sent: bytes) -> None:
    async with connected(process) as (reader, writer):
        writer.write(sent)

        assert problem_in(await rest_of(reader))["status"] == 408


@pytest.mark.parametrize("start", [SLOW["headers without an end"], SLOW["half a body"]], ids=["head", "body"])
async def test_a_byte_now_and_then_wins_no_time(process: ServiceProcess, start: bytes) -> None:
    async with connected(process) as (reader, writer):
        writer.write(start)
        trickling = asyncio.create_task(trickle(writer, b"x" * 10_000))

        assert problem_in(await rest_of(reader))["status"] == 408
        trickling.cancel()


@pytest.mark.parametrize(
    "sent", [b"", b"\r\n", ALIVE + b"\r\n"], ids=["nothing", "an empty line", "one after a request"]
)
async def test_a_connection_without_a_request_is_closed(process: ServiceProcess, sent: bytes) -> None:
    async with connected(process) as (reader, writer):
        writer.write(sent)

        assert (await rest_of(reader)).count(b"HTTP/1.1 200 OK") == sent.count(b"GET")


async def test_two_hundred_slow_clients_hold_up_nobody(process: ServiceProcess) -> None:
    async with contextlib.AsyncExitStack() as stack, httpx.AsyncClient(base_url=process.url, timeout=30) as other:
        slow = [await stack.enter_async_context(connected(process)) for _ in range(200)]
        for at, (_, writer) in enumerate(slow):
            writer.write(list(SLOW.values())[at % 4])

        assert (await other.post("/v1/rank", json={"user_id": 1})).status_code == 200
        answers = await asyncio.gather(*(rest_of(reader) for reader, _ in slow))

    # one that was opened long before its first byte has been closed without an answer
    assert {answer[:13] for answer in answers} <= {b"HTTP/1.1 408 ", b""}


OVERSIZED = {
    "a long header": b"X-A: " + b"x" * 40_000 + b"\r\n\r\n",
    "many headers": b"".join(b"X-%d: 1\r\n" % at for at in range(150)) + b"\r\n",
    "headers that never end": b"X-A: 1\r\n" * 20_000,
    "a header that never ends": b"X-A: " + b"x" * 200_000,
}


@pytest.mark.parametrize("headers", OVERSIZED.values(), ids=OVERSIZED)
async def test_oversized_headers_are_a_431(process: ServiceProcess, headers: bytes) -> None:
    async with connected(process) as (reader, writer):
        writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n")
        with contextlib.suppress(ConnectionError):
            for start in range(0, len(headers), 4_096):
                writer.write(headers[start : start + 4_096])
                await writer.drain()
        answer = await rest_of(reader)

    # one that is still sending when we close may lose the answer with the connection
    assert not answer or problem_in(answer)["status"] == 431
    assert answer or len(headers) > 32 * 1024


@pytest.mark.parametrize(
    "garbage",
    [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET /\xff HTTP/1.1\r\n\r\n", b"GET\r\n\r\n", b"\0" * 100,
     b"POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
     b"POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
)  # fmt: skip
async def test_what_is_no_request_is_a_400(process: ServiceProcess, garbage: bytes) -> None:
    async with connected(process) as (reader, writer):
        writer.write(garbage)

        assert problem_in(await rest_of(reader))["status"] == 400


async def test_pipelined_requests_are_answered_in_their_order(process: ServiceProcess) -> None:
    paths = [b"/livez", b"/v1/nothing", b"/version"] * 5
    async with connected(process) as (reader, writer):
        writer.write(b"".join(b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n" % path for path in paths))

        answer = await rest_of(reader)

    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"404" if path == b"/v1/nothing" else b"200" for path in paths]


async def test_an_upgrade_to_nothing_is_answered_and_ends(process: ServiceProcess) -> None:
    async with connected(process) as (reader, writer):
        writer.write(ALIVE.replace(b"\r\n\r\n", b"\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"))

        assert (await rest_of(reader)).startswith(b"HTTP/1.1 200 ")


async def test_a_pipeline_without_an_end_is_broken_off(process: ServiceProcess) -> None:
    async with connected(process) as (reader, writer):
        writer.write(ALIVE * 5_000)

        assert (await rest_of(reader)).count(b"HTTP/1.1 200 OK") < 5_000


async def test_a_client_that_asks_and_never_reads_is_disconnected(process: ServiceProcess) -> None:
    """Each answer is some hundred kilobytes; what the sockets hold is soon full."""
    document = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with connected(process) as (_, writer):
        started, is_open = time.monotonic(), True
        while is_open and time.monotonic() - started < ENDS_S:
            try:
                writer.write(document * 4)
                await asyncio.wait_for(writer.drain(), 1)
                await asyncio.sleep(0.05)
            except TimeoutError:
                continue
            except ConnectionError:
                is_open = False

    assert not is_open
    async with httpx.AsyncClient(base_url=process.url) as other:
        assert (await other.get("/livez")).status_code == 200
