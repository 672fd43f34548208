"""What the generator itself costs: its steps against a server that does nothing but answer.

`python -m marquee_cli.open_loop.own_cost BYTES` is that server, a process of its own: it prints its port, and ends
when its standard input does.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from marquee_cli.open_loop.arrivals import arrivals
from marquee_cli.open_loop.generator import send_all
from marquee_cli.open_loop.steps import Step, Verdict, judged, step_of

RATES = (200.0, 500.0, 1_000.0, 2_000.0, 4_000.0)
REQUEST = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n\r\n"
ANSWER_BYTES = 30_000
"""About as many as a ranking of 25 movies with reasons has."""


def own_cost(*, seconds: float, limit_ms: float, answer_bytes: int = ANSWER_BYTES) -> list[Step]:
    """The generator's steps against the trivial server, one per rate."""
    steps = []
    with _trivial_server(answer_bytes) as url:
        for rate_per_s in RATES:
            at_s = arrivals(rate_per_s, seconds)
            samples = send_all(url, [REQUEST] * len(at_s), at_s, _judge)
            steps.append(step_of(rate_per_s, samples, limit_ms=limit_ms))
    return steps


def _judge(status: int, body: bytes, may_retry: bool) -> Verdict:
    return judged(status, body, may_retry=may_retry)


@contextmanager
def _trivial_server(answer_bytes: int) -> Iterator[str]:
    command = [sys.executable, "-m", "marquee_cli.open_loop.own_cost", str(answer_bytes)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None  # noqa: S101  # both are pipes
        assert server.stdout is not None  # noqa: S101  # as above
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.stdin.close()


class _Answering(asyncio.Protocol):
    """Sends the same bytes for each request, which has no body."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # TCP's are
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._answer * data.count(b"\r\n\r\n"))


async def _serve(answer_bytes: int) -> None:
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {answer_bytes}\r\n\r\n".encode()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Answering(head + b" " * answer_bytes), "127.0.0.1", 0)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
