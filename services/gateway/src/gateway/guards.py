"""Layers that say no early: to unknown keys, to clients that ask too often, and when there is too much in hand.

A request is refused before its body is read, except for the last, which counts only whole requests.

docs/adr/0012 has the reasons; `route_kinds.py` says which request is of which kind.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping

from fastapi import Request, Response
from prometheus_client import Counter, Gauge

from gateway.roles import NEEDED, Keys, Role
from gateway.route_kinds import Kind, kind_of
from gateway.token_buckets import TokenBuckets, client_of
from marquee.http.problems import problem
from marquee.http.request_id import App, Message, Receive, Scope, Send

IN_FLIGHT = Gauge("marquee_gateway_in_flight", "Requests in hand", ["kind"])
LIMIT = Gauge("marquee_gateway_in_flight_limit", "Requests of a kind that may be in hand at once", ["kind"])
REFUSED = Counter("marquee_gateway_refused_total", "Refused: busy, too_often, unknown_key, role", ["reason"])

KEY = b"x-api-key"


class Admission:
    """Answers 401 to an unknown or missing key, 403 to one whose role is not enough, 429 to who asks too often."""

    def __init__(
        self,
        app: App,
        keys: Keys,
        buckets: TokenBuckets | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.app, self.keys, self.buckets, self.clock = app, keys, buckets, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or (kind := kind_of(scope["method"], scope["path"])) is Kind.OPERATIONS:
            return await self.app(scope, receive, send)
        refusal = self._refusal(scope, NEEDED[kind])
        return await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope, needed: Role) -> Response | None:
        given = [value for name, value in scope["headers"] if name == KEY]
        role = self.keys.role_of(given[0]) if len(given) == 1 else None
        if self.buckets is not None:
            client = f"key {given[0]!r}" if role is not None else client_of((scope.get("client") or ("",))[0])
            if wait_s := self.buckets.wait_of(client, self.clock()):
                return _too_often(scope, wait_s)
        if not given:
            role = self.keys.without
            return None if role >= needed else _unauthorized(scope, "this needs an X-API-Key")
        if role is None:
            return _unauthorized(scope, "the X-API-Key is not known")
        return None if role >= needed else _forbidden(scope, role, needed)


class InFlight:
    """Answers 503 to what would be one request of its kind too many, rather than let a queue grow.

    A place is taken before the other requests that have arrived are looked at, so that those answered from memory, in
    one step of the event loop, see each other too; it is given back when the answer begins, however slowly it is read.
    """

    def __init__(self, app: App, limits: Mapping[Kind, int]) -> None:
        self.app, self.limits = app, limits
        self.in_hand = dict.fromkeys(limits, 0)
        self._gauges = {kind: IN_FLIGHT.labels(kind.value) for kind in limits}
        for kind, limit in limits.items():
            LIMIT.labels(kind.value).set(limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = kind_of(scope["method"], scope["path"]) if scope["type"] == "http" else Kind.OPERATIONS
        if kind not in self.limits:
            return await self.app(scope, receive, send)
        if self.in_hand[kind] >= self.limits[kind]:
            return await _busy(scope, kind)(scope, receive, send)
        give_back = self._place(kind)

        async def send_and_give_back(message: Message) -> None:
            give_back()
            await send(message)

        try:
            await asyncio.sleep(0)
            return await self.app(scope, receive, send_and_give_back)
        finally:
            give_back()

    def _place(self, kind: Kind) -> Callable[[], None]:
        """Take one; gives what gives it back, the first time."""
        self.in_hand[kind] += 1
        self._gauges[kind].inc()
        is_taken = True

        def give_back() -> None:
            nonlocal is_taken
            if is_taken:
                is_taken = False
                self.in_hand[kind] -= 1
                self._gauges[kind].dec()

        return give_back


def _busy(scope: Scope, kind: Kind) -> Response:
    REFUSED.labels("busy").inc()
    detail = f"too many requests of this kind ({kind.value}) are in hand; try again"
    return problem(Request(scope), 503, code="busy", title="Unavailable", detail=detail, headers={"Retry-After": "1"})


def _too_often(scope: Scope, wait_s: float) -> Response:
    REFUSED.labels("too_often").inc()
    return problem(
        Request(scope),
        429,
        code="too_often",
        title="Too many requests",
        detail="this client has asked too often; Retry-After says when to ask again",
        headers={"Retry-After": str(math.ceil(wait_s))},
    )


def _unauthorized(scope: Scope, detail: str) -> Response:
    REFUSED.labels("unknown_key").inc()
    return problem(
        Request(scope),
        401,
        code="key_required",
        title="Unauthorized",
        detail=detail,
        headers={"WWW-Authenticate": 'ApiKey realm="marquee", header="X-API-Key"'},
    )


def _forbidden(scope: Scope, role: Role, needed: Role) -> Response:
    REFUSED.labels("role").inc()
    detail = f"this needs the role {needed.name.lower()}; the key has {role.name.lower()}"
    return problem(Request(scope), 403, code="role_missing", title="Forbidden", detail=detail)
