"""What every HTTP request carries: an id, taken or made, that is answered and logged; and its duration for the metrics.

Plain ASGI layers, outermost first as `operations.py` stacks them.
"""

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import Histogram

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

REQUEST_ID = "x-request-id"
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

REQUEST_SECONDS = Histogram(
    "marquee_request_seconds",
    "HTTP requests by route",
    ["service", "method", "route", "status"],
    buckets=(0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 2.5, 5, 10),
)


def request_id(scope: Scope) -> str:
    """The id of this request; empty outside one."""
    return str(scope.get("marquee_request_id", ""))


def header(scope: Scope, name: bytes) -> bytes:
    """A request header's first value; empty without one."""
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")


class RequestContext:
    """Takes or makes X-Request-Id, answers and logs with it, and times the request by its route."""

    def __init__(self, app: App, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = header(scope, REQUEST_ID.encode())
        identity = given if _SAFE_ID.fullmatch(given) else uuid4().hex.encode()
        scope["marquee_request_id"] = identity.decode()
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (REQUEST_ID.encode(), identity)]
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request_id=identity.decode()):
                return await self.app(scope, receive, send_with_id)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUEST_SECONDS.labels(self.service, scope["method"], route, str(status)).observe(
                time.perf_counter() - started
            )


class HeadAsGet:
    """Answers HEAD by the GET route, without the body: same status, same headers."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)

        async def send_both_allowed(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 405:
                message["headers"] = [_with_head(*header) for header in message.get("headers", [])]
            await send(message)

        async def send_no_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send_both_allowed(message)

        if scope["method"] != "HEAD":
            return await self.app(scope, receive, send_both_allowed)
        as_get = {**scope, "method": "GET"}  # a copy: for the server it remains a HEAD
        try:
            return await self.app(as_get, receive, send_no_body)
        finally:
            scope["route"] = as_get.get("route")


def _with_head(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    methods = [method.strip() for method in value.split(b",")]
    is_extended = name.lower() == b"allow" and b"GET" in methods and b"HEAD" not in methods
    return (name, b", ".join([*methods, b"HEAD"])) if is_extended else (name, value)
