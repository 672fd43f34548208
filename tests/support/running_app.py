"""A service's app in this process: its whole lifespan, and a client that speaks HTTP to it without a port."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import FastAPI

from marquee.http.service import service_of

Scope = MutableMapping[str, Any]


@asynccontextmanager
async def started(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Start it, and stop it at the end, as uvicorn would; gives what its requests are given.

    Raises:
        AssertionError: a background task ended while it ran, which would have ended the process.
    """
    async with app.router.lifespan_context(app) as state:
        try:
            yield state or {}
        finally:
            service = service_of(app)
            assert service.failure is None, f"{service.name}: {service.failure}"


@asynccontextmanager
async def running(
    app: FastAPI, *, rewired: Callable[[Any], Any] = lambda wiring: wiring
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the started app.

    Args:
        rewired: what its routes get in place of its wiring, such as one whose upstreams are apps of this process, too.
    """
    async with started(app) as given:
        state = {name: rewired(wiring) for name, wiring in given.items()}

        async def with_state(scope: Scope, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Any]) -> None:
            scope["state"] = dict(state)
            await app(scope, receive, send)

        transport = httpx.ASGITransport(app=with_state, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            yield client
