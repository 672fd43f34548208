"""The routes that every service has: /livez, /readyz, /metrics, /version."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import PackageNotFoundError, version

from fastapi import APIRouter, FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from marquee.api import DependencyState, Readiness, Version
from marquee.problems import install_problems
from marquee.requests import RequestContext

Ping = Callable[[], Awaitable[object]]
"""Succeeds or raises; a string that it returns is shown as the detail."""

PING_TIMEOUT_S = 2.0


class Dependencies:
    """The named dependencies of a service, and when each was last seen to work."""

    def __init__(self) -> None:
        self._pings: dict[str, Ping] = {}
        self._required: set[str] = set()
        self._seen: dict[str, float] = {}

    def add(self, name: str, ping: Ping, *, is_required: bool = True) -> None:
        """Name a dependency. One that is not required is reported, and the service is ready without it."""
        self._pings[name] = ping
        if is_required:
            self._required.add(name)

    def allow(self, states: Mapping[str, DependencyState]) -> bool:
        """All that is required works."""
        return all(state.ok for name, state in states.items() if name in self._required)

    async def check(self) -> Mapping[str, DependencyState]:
        """Ask all of them at once, each for at most PING_TIMEOUT_S."""
        states = await asyncio.gather(*(self._check(name, ping) for name, ping in self._pings.items()))
        return dict(zip(self._pings, states, strict=True))

    async def _check(self, name: str, ping: Ping) -> DependencyState:
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                detail = await ping()
        except Exception as error:  # any failure of a dependency is an answer here
            age_s = time.monotonic() - self._seen[name] if name in self._seen else None
            return DependencyState(ok=False, detail=f"{type(error).__name__}: {error}"[:200], age_s=age_s)
        self._seen[name] = time.monotonic()
        return DependencyState(ok=True, detail=detail if isinstance(detail, str) else "", age_s=0.0)


def install_operations(
    app: FastAPI, service: str, dependencies: Dependencies, *, model_version: Callable[[], str | None] = lambda: None
) -> None:
    """Add the operational routes, problem answers and the request context to an app."""
    router = APIRouter(tags=["operations"])

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        """The process answers. Touches no dependency."""
        return {"status": "alive"}

    @router.get("/readyz", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        """Every dependency with its state and age; 503 while a required one is away."""
        states = await dependencies.check()
        ready = dependencies.allow(states)
        response.status_code = 200 if ready else 503
        return Readiness(ready=ready, dependencies=dict(states))

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get("/version")
    async def service_version() -> Version:
        return Version(service=service, version=_installed_version(service), model_version=model_version())

    app.include_router(router)
    install_problems(app)
    app.add_middleware(RequestContext, service=service)


def _installed_version(service: str) -> str:
    try:
        return version(f"marquee-{service}")
    except PackageNotFoundError:
        return "unknown"
