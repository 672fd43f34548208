"""A small real HTTP server on a thread of its own, whose answers and silences a test decides, request by request."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = bytes | None
CLOSE: Answer = None
"""Close the connection instead of answering."""


def answer(status: int = 200, body: bytes = b"{}", headers: str = "") -> bytes:
    """A whole HTTP/1.1 answer."""
    return f"HTTP/1.1 {status} X\r\n{headers}content-length: {len(body)}\r\n\r\n".encode() + body


@dataclass(slots=True)
class ScriptedServer:
    """Answers by path.

    Attributes:
        script: path and how many requests this connection has had before -> the answer.
        hold_s: no request is answered before that much time has passed since the first one came.
        first_at, released_at: when that was, and when the held answers went out, on time.monotonic.
        requests: how many came.
    """

    script: Callable[[str, int], Answer]
    hold_s: float = 0.0
    url: str = ""
    first_at: float = 0.0
    released_at: float = 0.0
    requests: int = 0
    held: list[Callable[[], None]] = field(default_factory=list)

    def release(self) -> None:
        """Send what was held."""
        self.released_at = time.monotonic()
        for send in self.held:
            send()
        self.held.clear()


class _Serving(asyncio.Protocol):
    """One connection, one request at a time; requests have no body."""

    def __init__(self, server: ScriptedServer) -> None:
        self._server, self._served, self._head = server, 0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        if not self._head.endswith(b"\r\n\r\n"):
            return
        path, self._head = self._head.split()[1].decode(), b""
        server, found = self._server, self._server.script(path, self._served)
        self._served += 1
        server.requests += 1
        if server.requests == 1:
            server.first_at = time.monotonic()
            asyncio.get_running_loop().call_later(server.hold_s, server.release)

        def send() -> None:
            if found is None:
                self._transport.close()
            else:
                self._transport.write(found)

        if server.released_at:
            send()
        else:
            server.held.append(send)


@contextmanager
def scripted_server(script: Callable[[str, int], Answer], *, hold_s: float = 0.0) -> Iterator[ScriptedServer]:
    """A server on a free port of this machine."""
    server, is_up = ScriptedServer(script, hold_s), threading.Event()
    loop, ending = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        listening = await loop.create_server(lambda: _Serving(server), "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        is_up.set()
        async with listening:
            await ending.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert is_up.wait(30)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ending.set)
        thread.join()
        loop.close()
