"""The routes that every service has: /livez, /readyz, /metrics, /version."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.middleware import Middleware

from marquee.contracts.service_bodies import DependencyState, Readiness, Version
from marquee.http.limits import AllowedHosts, BodyLimit
from marquee.http.problems import BugsAsProblems, install_problems
from marquee.http.request_id import HeadAsGet, RequestContext
from marquee.http.workers import METRICS_DIR

log = structlog.get_logger()

Ping = Callable[[], Awaitable[object]]
"""Succeeds or raises; a string that it returns is shown as the detail."""

PING_TIMEOUT_S = 2.0


class Dependencies:
    """The named dependencies of a service, and when each last worked."""

    def __init__(self) -> None:
        self._pings: dict[str, Ping] = {}
        self._failing: set[str] = set()
        self._required: set[str] = set()
        self._seen: dict[str, float] = {}

    def add(self, name: str, ping: Ping, *, is_required: bool = True) -> None:
        """Name a dependency. One that is not required is reported, and the service is ready without it."""
        self._pings[name] = ping
        if is_required:
            self._required.add(name)

    def allow(self, states: Mapping[str, DependencyState]) -> bool:
        """Whether everything that is required works."""
        return all(state.ok for name, state in states.items() if name in self._required)

    async def check(self) -> Mapping[str, DependencyState]:
        """Ping all of them at once, each for at most PING_TIMEOUT_S."""
        states = await asyncio.gather(*(self._check(name, ping) for name, ping in self._pings.items()))
        return dict(zip(self._pings, states, strict=True))

    async def _check(self, name: str, ping: Ping) -> DependencyState:
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                detail = await ping()
        except Exception as error:  # any failure of a dependency is an answer here
            age_s = time.monotonic() - self._seen[name] if name in self._seen else None
            cause = f"{type(error).__name__}: {error}"[:200]
            if name not in self._failing:
                log.warning("dependency_fails", dependency=name, error=cause)
                self._failing.add(name)
            return DependencyState(ok=False, detail=cause, age_s=age_s)
        if name in self._failing:
            log.info("dependency_works", dependency=name)
            self._failing.discard(name)
        self._seen[name] = time.monotonic()
        return DependencyState(ok=True, detail=detail if isinstance(detail, str) else "", age_s=0.0)


def install_operations(
    app: FastAPI,
    service: str,
    dependencies: Dependencies,
    *,
    model_version: Callable[[Request], str | None] = lambda _: None,
    hosts: Iterable[str] = (),
    is_public: bool = False,
    client_wait_s: float = 10.0,
    before_body: Sequence[Middleware] = (),
    after_body: Sequence[Middleware] = (),
) -> None:
    """Add the operational routes, problem answers and the layers around every request to an app.

    Args:
        model_version: what /version names as the model in use.
        hosts: names that the service answers to besides its own and localhost.
        is_public: strangers may ask. Errors and /readyz then name what is unavailable without its address (the log
            has it), and /metrics is not served here.
        client_wait_s: how long a body may take.
        before_body: the service's own layers that see a request before its body is read, outermost first.
        after_body: those that see whole requests only.
    """
    router = APIRouter(tags=["operations"])

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        """The process answers. Touches no dependency."""
        return {"status": "alive"}

    @router.get("/readyz", responses={503: {"model": Readiness}})
    async def readyz(response: Response) -> Readiness:
        """Every dependency with its state and age; 503 while a required one is unavailable."""
        states = await dependencies.check()
        ready = dependencies.allow(states)
        response.status_code = 200 if ready else 503
        if is_public:
            states = {name: state.model_copy(update={"detail": ""}) for name, state in states.items()}
        return Readiness(ready=ready, dependencies=dict(states))

    async def metrics() -> Response:
        """What this process counted, or all processes of the service together."""
        registry = REGISTRY
        if METRICS_DIR in os.environ:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # prometheus_client
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    @router.get("/version")
    async def service_version(request: Request) -> Version:
        found = model_version(request)
        return Version(service=service, version=_installed_version(service), model_version=found)

    if not is_public:
        router.get("/metrics", include_in_schema=False)(metrics)
    app.include_router(router)
    app.router.redirect_slashes = False  # a redirect would be built from the request's Host header
    install_problems(app, is_public=is_public)
    _stack(app, after_body)
    app.add_middleware(BodyLimit, within_s=client_wait_s)
    app.add_middleware(HeadAsGet)
    _stack(app, before_body)
    app.add_middleware(AllowedHosts, names=(service, *hosts))
    app.add_middleware(BugsAsProblems)
    app.add_middleware(RequestContext, service=service)


def _stack(app: FastAPI, layers: Sequence[Middleware]) -> None:
    """Add layers around those that are there; what is added last is outermost."""
    for layer in reversed(layers):
        app.add_middleware(layer.cls, *layer.args, **layer.kwargs)


def _installed_version(service: str) -> str:
    try:
        return version(f"marquee-{service}")
    except PackageNotFoundError:
        return "unknown"
