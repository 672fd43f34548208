"""`Server-Timing` of the whole way: how long the body took to arrive, what the gateway waited for, and its own work."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

from marquee.http.request_id import App, Message, Receive, Scope, Send

NAME = b"server-timing"


class Waits:
    """How long one request has waited for what; waits at the same time count once.

    Attributes:
        seconds: by what was waited for. all_s: for any of it.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self.all_s = 0.0
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._since: dict[str, float] = {}
        self._began = 0.0

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Count the time of the block."""
        now = self._clock()
        if not self._open.total():
            self._began = now
        if not self._open[what]:
            self._since[what] = now
        self._open[what] += 1
        try:
            yield
        finally:
            now = self._clock()
            self._open[what] -= 1
            if not self._open[what]:
                self.seconds[what] = self.seconds.get(what, 0.0) + now - self._since[what]
            if not self._open.total():
                self.all_s += now - self._began


_waits: ContextVar[Waits | None] = ContextVar("_waits", default=None)


def waiting(what: str) -> AbstractContextManager[None]:
    """Count the time of the block as waiting for something, if a request is being answered."""
    waits = _waits.get()
    return nullcontext() if waits is None else waits.waiting(what)


class ServerTiming:
    """Writes the stages before those that the ranker has written.

    `gateway` is what is left of the whole time when it waited for nothing.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, waits = time.perf_counter(), Waits()
        token = _waits.set(waits)

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = time.perf_counter() - started - waits.all_s
                stages = {"gateway": max(own, 0.0), **waits.seconds}
                message["headers"] = with_stages(message.get("headers", []), stages)
            await send(message)

        async def receive_timed() -> Message:
            with waits.waiting("body"):
                return await receive()

        try:
            return await self.app(scope, receive_timed, send_timed)
        finally:
            _waits.reset(token)


def with_stages(headers: list[tuple[bytes, bytes]], stages: dict[str, float]) -> list[tuple[bytes, bytes]]:
    """Headers with one Server-Timing: these stages, in seconds, before what stood there."""
    own = ", ".join(f"{name};dur={seconds * 1_000:.3f}" for name, seconds in stages.items()).encode()
    theirs = [value for name, value in headers if name == NAME]
    return [*(each for each in headers if each[0] != NAME), (NAME, b", ".join([own, *theirs]))]
