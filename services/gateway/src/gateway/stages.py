"""`Server-Timing` of the whole way: how long the body took to arrive, what the gateway waited for, and its own work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from marquee.http.request_id import App, Message, Receive, Scope, Send

NAME = b"server-timing"
_waited: ContextVar[dict[str, float] | None] = ContextVar("_waited", default=None)


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Count the time of the block as waiting for something, if a request is being answered."""
    seconds = _waited.get()
    if seconds is None:
        yield
        return
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[what] = seconds.get(what, 0.0) + time.perf_counter() - started


class ServerTiming:
    """Writes the stages before those that the ranker has written.

    `gateway` is what is left of the whole time, so that gateway and what it waited for add up to it.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started, waited = time.perf_counter(), dict[str, float]()
        token = _waited.set(waited)

        async def send_timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = time.perf_counter() - started - sum(waited.values())
                stages = {"gateway": max(own, 0.0), **waited}
                message["headers"] = with_stages(message.get("headers", []), stages)
            await send(message)

        async def receive_timed() -> Message:
            with waiting("body"):
                return await receive()

        try:
            return await self.app(scope, receive_timed, send_timed)
        finally:
            _waited.reset(token)


def with_stages(headers: list[tuple[bytes, bytes]], stages: dict[str, float]) -> list[tuple[bytes, bytes]]:
    """Headers with one Server-Timing: these stages, in seconds, before what stood there."""
    own = ", ".join(f"{name};dur={seconds * 1_000:.3f}" for name, seconds in stages.items()).encode()
    theirs = [value for name, value in headers if name == NAME]
    return [*(each for each in headers if each[0] != NAME), (NAME, b", ".join([own, *theirs]))]
