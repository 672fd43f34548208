"""What is refused before it is read: bodies that are too large, and hosts that are not ours."""

import asyncio
from collections.abc import Iterable, Mapping
from enum import Enum, auto
from functools import lru_cache
from ipaddress import ip_address

from fastapi import Request

from marquee.http.problems import problem
from marquee.http.request_id import App, Message, Receive, Scope, Send, header

KIB = 1024
BODY_LIMIT = 64 * KIB
BODY_LIMITS = dict.fromkeys(("/v1/ratings", "/ratings", "/v1/events", "/events", "/v1/impressions"), 256 * KIB)
"""500 ratings with every field take about 100 KB, 500 events 130 KB, an impression of 500 movies 25 KB; the largest
ranking request takes about 35 KB."""

LINGER_S, LINGER_BYTES = 1.0, 16 * 1024 * KIB
"""How long, and how much of, a refused body is still read and dropped. Closing a connection with unread bytes in it
resets it, and the client may lose the answer."""


class BodyLimit:
    """Reads a whole body of at most the path's limit, then lets the request in; answers 413 at the first byte past it.

    A declared Content-Length above the limit is refused before any of the body is read, and a body that takes longer
    than `within_s` with 408.
    """

    def __init__(
        self,
        app: App,
        limit: int = BODY_LIMIT,
        by_path: Mapping[str, int] = BODY_LIMITS,
        within_s: float = 10.0,
    ) -> None:
        self.app = app
        self.limit = limit
        self.by_path = by_path
        self.within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        limit = self.by_path.get(scope["path"], self.limit)
        declared = header(scope, b"content-length")
        if declared.isdigit() and (len(declared) > 15 or int(declared) > limit):
            return await _refuse(scope, receive, send, limit)
        if declared in (b"", b"0") and not header(scope, b"transfer-encoding"):
            return await self.app(scope, receive, send)
        try:
            async with asyncio.timeout(self.within_s):
                body = await _body(receive, limit)
        except TimeoutError:
            return await _too_slow(scope, receive, send, self.within_s)
        if body is Ending.TOO_LARGE:
            return await _refuse(scope, receive, send, limit)
        if body is Ending.DISCONNECTED:
            return None
        whole: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_whole() -> Message:
            return whole.pop() if whole else await receive()

        return await self.app(scope, receive_whole, send)


class Ending(Enum):
    """Why there is no whole body."""

    TOO_LARGE = auto()
    DISCONNECTED = auto()


async def _body(receive: Receive, limit: int) -> bytes | Ending:
    """The whole body, if it has at most `limit` bytes; read no further than that."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return Ending.DISCONNECTED
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            return Ending.TOO_LARGE
        if not message.get("more_body", False):
            return b"".join(parts)


async def _too_slow(scope: Scope, receive: Receive, send: Send, within_s: float) -> None:
    answer = problem(
        Request(scope),
        408,
        code="request_timeout",
        title="Request Timeout",
        detail=f"the body did not arrive within {within_s:g} s",
        headers={"Connection": "close"},
    )
    await answer(scope, receive, send)


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    """Send the whole answer, then read and drop the rest of the body for a while, then close the connection."""
    answer = problem(
        Request(scope),
        413,
        code="too_large",
        title="Content too large",
        detail=f"the body may have at most {limit // KIB} KiB here",
        headers={"Connection": "close"},
    )
    await send({"type": "http.response.start", "status": 413, "headers": answer.raw_headers})
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    dropped = 0
    try:
        async with asyncio.timeout(LINGER_S):
            while dropped < LINGER_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})


class AllowedHosts:
    """Answers 421 to a Host header with a name that is not ours.

    A page on another site can make its own name resolve to this machine and then read from it as if it were its own
    server (DNS rebinding); the Host header still carries that name. A literal address cannot be rebound, and a client
    that sends no Host is no browser.
    """

    def __init__(self, app: App, names: Iterable[str]) -> None:
        self.app = app
        self.names = frozenset(name.lower() for name in names) | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or is_allowed(header(scope, b"host").decode("latin-1"), self.names):
            return await self.app(scope, receive, send)
        answer = problem(
            Request(scope),
            421,
            code="host_not_allowed",
            title="Misdirected request",
            detail="this server does not answer to that Host; MARQUEE_ALLOWED_HOSTS names further ones",
            headers={"Connection": "close"},
        )
        return await answer(scope, receive, send)


@lru_cache(maxsize=64)  # clients name the same few
def is_allowed(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header (name or address, with or without a port) is one of the names, an address, or empty."""
    name = host.strip().lower()
    if name.startswith("["):
        name, _, port = name[1:].partition("]")
        port = port.removeprefix(":")
    else:
        name, _, port = name.partition(":")
    if port and not port.isdigit():
        return False
    if not host or name in names or name.removesuffix(".") in names:
        return True
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
