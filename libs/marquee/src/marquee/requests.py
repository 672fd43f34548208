"""What every HTTP request carries: an id that goes in and out, its duration in the metrics."""

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import uuid4

from prometheus_client import Histogram

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

REQUEST_ID = "x-request-id"
_SAFE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

REQUEST_SECONDS = Histogram(
    "marquee_request_seconds",
    "HTTP requests by route",
    ["service", "method", "route", "status"],
    buckets=(0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.02, 0.04, 0.08, 0.16, 0.5, 1, 2.5, 5, 10),
)


def request_id(scope: Scope) -> str:
    """The id of the request in hand; empty outside one."""
    return str(scope.get("marquee_request_id", ""))


class RequestContext:
    """ASGI middleware: takes or makes X-Request-Id, answers with it, and times the request by its route."""

    def __init__(self, app: App, service: str) -> None:
        self.app = app
        self.service = service

    async def __call__(
        self, scope: Scope, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        given = next((value for name, value in scope["headers"] if name == REQUEST_ID.encode()), b"")
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
            return await self.app(scope, receive, send_with_id)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUEST_SECONDS.labels(self.service, scope["method"], route, str(status)).observe(
                time.perf_counter() - started
            )
