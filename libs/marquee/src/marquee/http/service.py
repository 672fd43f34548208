"""The skeleton of every service: one app, one clear line when it cannot start, and no half-dead service.

A service's main has a `start(service, stack)` that opens its parts onto the stack, starts its tasks, names its
dependencies and returns its Wiring; `create_app(settings)`, which makes the app of it; and a call of `run`.
"""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from typing import Any, Generic, TypedDict, TypeVar

import uvicorn
from fastapi import FastAPI, Request
from pydantic import ValidationError
from starlette.middleware import Middleware

from marquee.errors import MarqueeError, Misconfigured
from marquee.http.background import Background, stopped_at_the_end
from marquee.http.calm_server import CalmServer
from marquee.http.connections import bounded
from marquee.http.long_lived import set_long_lived_aside
from marquee.http.operations import Dependencies, install_operations
from marquee.http.workers import BEAT_S, Place, become_parent
from marquee.logs import configure_logs
from marquee.patches import silence_server
from marquee.settings import ServiceSettings, warn_of_unknown_variables
from marquee.waiting import NOT_YET, cause_of

S = TypeVar("S", bound=ServiceSettings)
W = TypeVar("W")

GRACE_S = 10
"""How long requests in hand may take when the service is asked to end."""


class State(TypedDict, Generic[W]):
    """What a lifespan gives to every request."""

    wiring: W


def wired(kind: type[W]) -> Callable[[Request], Awaitable[W]]:
    """A dependency for routes: the parts of the running service, `Annotated[Wiring, Depends(wired(Wiring))]`."""

    async def parts(request: Request) -> W:  # FastAPI calls what is not async on a thread, for every request
        found = request.state.wiring
        if not isinstance(found, kind):
            raise TypeError(f"the lifespan made a {type(found).__name__}, the route wants a {kind.__name__}")
        return found

    return parts


class Service(Generic[S]):
    """What every service has.

    Attributes:
        dependencies: what /readyz asks.
        tasks: run until the service ends, and are cancelled before its parts are closed.
        failure: why it could not start or had to end, the process's last line; None while all is well.
        stop: ends the process in good order; does nothing for an app without a process of its own, as in a test.
    """

    def __init__(self, name: str, settings: S) -> None:
        self.name, self.settings = name, settings
        self.dependencies = Dependencies()
        self.tasks = Background(self.fail)
        self.failure: str | None = None
        self.stop: Callable[[], None] = lambda: None

    def fail(self, reason: str) -> None:
        """End the service. It is not ready from now on; the first reason becomes its last line."""
        if self.failure is None:
            self.failure = reason
            self.dependencies.add("service", self._failed)
        self.stop()

    async def _failed(self) -> None:
        raise MarqueeError(self.failure)

    def app(
        self,
        start: Callable[["Service[S]", AsyncExitStack], Awaitable[W]],
        *,
        model_version: Callable[[W], str | None] = lambda _: None,
        is_public: bool = False,
        before_body: Sequence[Middleware] = (),
        after_body: Sequence[Middleware] = (),
        **described: Any,
    ) -> FastAPI:
        """The app with the operational routes; its lifespan runs `start`.

        Args:
            start: opens the parts onto the stack, which closes them in reverse order after the tasks have ended.
            model_version: for /version, asked of the wiring.
            is_public: strangers may ask, see install_operations; there are `before_body` and `after_body`, too.
            described: FastAPI's own arguments, such as its title.
        """

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[State[W]]:
            async with AsyncExitStack() as stack, stopped_at_the_end(self.tasks):
                with self._one_line_when_it_cannot_start():
                    wiring = await start(self, stack)
                yield {"wiring": wiring}

        app = FastAPI(
            **{"title": f"Marquee {self.name}", "docs_url": None, "redoc_url": None, "lifespan": lifespan} | described
        )
        app.state.service = self
        install_operations(
            app,
            self.name,
            self.dependencies,
            hosts=self.settings.hosts,
            model_version=lambda request: model_version(request.state.wiring),
            is_public=is_public,
            client_wait_s=self.settings.client_wait_s,
            before_body=before_body,
            after_body=after_body,
        )
        return app

    @contextmanager
    def _one_line_when_it_cannot_start(self) -> Iterator[None]:
        """What configuration or a missing dependency explains becomes the last line instead of a traceback."""
        try:
            yield
        except (Misconfigured, *NOT_YET) as error:
            self.failure = str(error) if isinstance(error, MarqueeError) else cause_of(error)
            silence_server()
            raise


def service_of(app: FastAPI) -> Service[Any]:
    """The service that made an app."""
    service = app.state.service
    if not isinstance(service, Service):
        raise TypeError("the app was not made by a Service")
    return service


def run(name: str, create_app: Callable[[Any], FastAPI], settings_type: type[ServiceSettings]) -> None:
    """Serve until a signal. Exits with 1 and one line if the start or a background task fails.

    A service that is several processes becomes their parent here.
    """
    settings = _read(name, settings_type)
    place = Place.here(os.environ)
    if settings.processes > 1 and place is None:
        become_parent(name, settings.processes, settings.host, settings.port)
    configure_logs(name, level=settings.log_level, as_json=settings.log_json)
    warn_of_unknown_variables(os.environ)
    set_long_lived_aside()
    try:
        app = create_app(settings)
    except Misconfigured as error:
        sys.exit(f"{name}: {error}")
    serve(app, place)


def serve(app: FastAPI, place: Place | None = None) -> None:
    """Serve an app on its settings' address, or in its place among several processes, until a signal or a failure.

    Raises:
        SystemExit: with the failure as the process's last line, and so with exit code 1.
    """
    service = service_of(app)
    server = CalmServer(
        uvicorn.Config(
            app,
            host=service.settings.host,
            port=service.settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            http=bounded(service.settings.client_wait_s),
            ws="none",
            proxy_headers=bool(service.settings.believed),
            forwarded_allow_ips=service.settings.believed,
            callback_notify=place.beat if place else None,
            timeout_notify=BEAT_S,
        )
    )
    service.stop = server.stop
    with suppress(KeyboardInterrupt, SystemExit):  # uvicorn exits by itself when the start fails
        server.run([place.socket()] if place else None)
    if service.failure is not None:
        sys.exit(f"{service.name}: {service.failure}")
    if not server.started:
        sys.exit(1)


def _read(name: str, settings_type: type[ServiceSettings]) -> ServiceSettings:
    """The settings, or one line that names the variables that are wrong."""
    try:
        return settings_type()
    except ValidationError as error:
        wrong = [f"MARQUEE_{'__'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        sys.exit(f"{name}: {'; '.join(wrong)}")
