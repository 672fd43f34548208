"""Sends requests at their intended times over as many connections as it takes, and judges the answers.

One process and one thread of plain sockets, so that it costs the machine that it measures little: `own_cost.py` says
how much. It speaks to loopback only: a load that nobody expects is an attack.
"""

import asyncio
import gc
import selectors
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

import httptools
import numpy as np

from marquee_cli.open_loop.arrivals import FloatArray
from marquee_cli.open_loop.steps import Samples, Verdict

TIMEOUT_S = 5.0
"""From the intended time; the page waits as long for the gateway."""
MOST_OPEN = 256
"""Connections: more than the gateway lets in of any kind. What finds none waits, and its time counts."""
LEAD_S = 0.05
"""From the call to the first intended time."""

Judge = Callable[[int, bytes, bool], Verdict]
"""Of status, body, and whether the answer says when to try again."""


class _Exchange:
    """A request under way."""

    __slots__ = ("intended_at", "number", "request", "was_resent")

    def __init__(self, number: int, request: bytes, intended_at: float) -> None:
        self.number, self.request, self.intended_at = number, request, intended_at
        self.was_resent = False


class _Connection(asyncio.Protocol):
    """A kept connection with one request at a time."""

    def __init__(self, sender: "_Sender") -> None:
        self._sender = sender
        self._parser = httptools.HttpResponseParser(self)
        self._exchange: _Exchange | None = None
        self._body: list[bytes] = []
        self._may_retry, self._is_whole, self._is_kept = False, False, True
        self._has_begun, self._has_answered = False, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # TCP's are
        self.transport = transport
        self._sender.opened(self)

    def send(self, exchange: _Exchange) -> None:
        self._exchange, self._has_begun = exchange, False
        self.transport.write(exchange.request)

    def data_received(self, data: bytes) -> None:
        self._has_begun = True
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()
            return
        if self._is_whole:
            self._answered()

    def on_message_begin(self) -> None:
        self._body, self._may_retry, self._is_whole = [], False, False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._may_retry = True

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._is_whole, self._is_kept = True, self._parser.should_keep_alive()  # which the parser forgets afterwards

    def _answered(self) -> None:
        exchange, self._exchange = self._exchange, None
        self._is_whole, self._has_answered = False, True
        if exchange is None:  # an answer to nothing, such as the 408 before a close
            self.transport.abort()
            return
        self._sender.answered(exchange, self._parser.get_status_code(), b"".join(self._body), self._may_retry)
        if self._is_kept:
            self._sender.freed(self)
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        exchange, self._exchange = self._exchange, None
        self._sender.lost(self, exchange, was_stale=self._has_answered and not self._has_begun)


class _Sender:
    """The requests of one step and the connections that they use."""

    def __init__(
        self,
        address: tuple[str, int],
        requests: Sequence[bytes],
        at_s: FloatArray,
        judge: Judge,
        *,
        timeout_s: float,
        most_open: int,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._address, self._requests, self._judge = address, requests, judge
        self._timeout_s, self._limit, self._is_closing = timeout_s, most_open, False
        self._intended_at: list[float] = (self._loop.time() + LEAD_S + at_s).tolist()
        self._next, self._left = 0, len(requests)
        self._idle: list[_Connection] = []  # the one used last is used first, so that the rest may be closed
        self._open: set[_Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[_Exchange] = deque()
        self._done, self._all_closed = asyncio.Event(), asyncio.Event()
        self.verdicts = [Verdict.OVERDUE] * len(requests)
        self.latency_s = np.full(len(requests), np.nan)
        self.late_s = np.zeros(len(requests))
        self.most_open = 0

    async def run(self) -> None:
        """Send all, and wait for the answers, at most timeout_s longer than the last intended time."""
        self._timer = self._loop.call_at(self._intended_at[0], self._tick)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._intended_at[-1] + self._timeout_s):
                    await self._done.wait()
        finally:
            await self._close()

    def _tick(self) -> None:
        """Hand over what is due, and come again when the next one is."""
        while self._next < len(self._requests):
            intended_at = self._intended_at[self._next]
            now = self._loop.time()
            if intended_at > now:
                self._timer = self._loop.call_at(intended_at, self._tick)
                return
            self.late_s[self._next] = now - intended_at
            self._hand_over(_Exchange(self._next, self._requests[self._next], intended_at))
            self._next += 1

    def _hand_over(self, exchange: _Exchange) -> None:
        if self._idle:
            self._idle.pop().send(exchange)
            return
        self._waiting.append(exchange)
        self._open_one()

    def _open_one(self) -> None:
        if len(self._open) + len(self._opening) < self._limit:
            opening = self._loop.create_task(self._connect())
            self._opening.add(opening)
            opening.add_done_callback(self._tried)

    def _tried(self, opening: asyncio.Task[None]) -> None:
        self._opening.discard(opening)
        if self._waiting and not self._open and not self._is_closing:  # it was lost at once
            self._open_one()

    async def _connect(self) -> None:
        try:
            await self._loop.create_connection(lambda: _Connection(self), *self._address)
        except OSError:
            if self._waiting:
                self._settle(self._waiting.popleft(), Verdict.FAILED)

    def opened(self, connection: _Connection) -> None:
        self._open.add(connection)
        self.most_open = max(self.most_open, len(self._open))
        self.freed(connection)

    def freed(self, connection: _Connection) -> None:
        while self._waiting:
            exchange = self._waiting.popleft()
            if self._loop.time() - exchange.intended_at < self._timeout_s:
                connection.send(exchange)
                return
            self._settle(exchange, Verdict.OVERDUE)
        self._idle.append(connection)

    def answered(self, exchange: _Exchange, status: int, body: bytes, may_retry: bool) -> None:
        latency_s = self._loop.time() - exchange.intended_at
        self.latency_s[exchange.number] = latency_s
        in_time = latency_s <= self._timeout_s
        self._settle(exchange, self._judge(status, body, may_retry) if in_time else Verdict.OVERDUE)

    def lost(self, connection: _Connection, exchange: _Exchange | None, *, was_stale: bool) -> None:
        """A request on a kept connection that the server was closing is sent once more, as every client does."""
        self._open.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if not self._open:
            self._all_closed.set()
        if self._is_closing:
            return
        if exchange is not None and was_stale and not exchange.was_resent:
            exchange.was_resent = True
            self._waiting.appendleft(exchange)  # the first on a connection of its own, which cannot be stale
        elif exchange is not None:
            self._settle(exchange, Verdict.FAILED)
        if self._waiting:
            self._open_one()

    def _settle(self, exchange: _Exchange, verdict: Verdict) -> None:
        self.verdicts[exchange.number] = verdict
        self._left -= 1
        if not self._left:
            self._done.set()

    async def _close(self) -> None:
        """Leave neither timer nor socket behind."""
        self._is_closing = True
        self._timer.cancel()
        for opening in self._opening:
            opening.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        self._all_closed.clear()
        for connection in self._open:
            connection.transport.abort()
        if self._open:
            await self._all_closed.wait()


def new_loop() -> asyncio.AbstractEventLoop:
    """An event loop whose timers are exact to some 0.1 ms: those of epoll and of uvloop are rounded up to 1 ms."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def send_all(
    url: str,
    requests: Sequence[bytes],
    at_s: FloatArray,
    judge: Judge,
    *,
    timeout_s: float = TIMEOUT_S,
    most_open: int = MOST_OPEN,
) -> Samples:
    """Send each request at its intended time, and wait until all are answered or overdue.

    Args:
        url: of the server; host and port alone count.
        requests: whole HTTP/1.1 requests, as bytes.
        at_s: (n,) seconds from the beginning, ascending.
    Raises:
        ValueError: the server is not on this machine.
    """
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or 80
    if not ip_address(host).is_loopback:
        raise ValueError(f"{host} is not an address of this machine")

    async def whole_step() -> tuple[_Sender, float]:
        sender = _Sender((host, port), requests, at_s, judge, timeout_s=timeout_s, most_open=most_open)
        began = time.process_time()
        await sender.run()
        return sender, time.process_time() - began

    gc.collect()
    gc.disable()  # a pause of the generator would count as the system's
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            sender, cpu_s = runner.run(whole_step())
    finally:
        gc.enable()
    return Samples(sender.verdicts, sender.latency_s, sender.late_s, cpu_s, sender.most_open)
