"""Running a service: one process, one app, one clear line when it cannot start, and no half-dead service."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import structlog
import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError

from marquee.errors import MarqueeError, Misconfigured
from marquee.logs import configure_logs
from marquee.patches import silence_server
from marquee.settings import ServiceSettings, warn_of_unknown_variables

log = structlog.get_logger()


class Background:
    """The long-running tasks of a service. One that ends, for whatever reason, ends the service."""

    def __init__(self, on_failure: Callable[[], None]) -> None:
        self._on_failure = on_failure
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.failure: str | None = None

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks[name] = task

    def start_once(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """A task that may end well; only its failure ends the service."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(lambda done: None if done.cancelled() or not done.exception() else self._ended(done))
        self._tasks[name] = task

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        self.failure = f"{task.get_name()} ended: {error!r}" if error else f"{task.get_name()} ended"
        log.error(
            "background_task_ended",
            task=task.get_name(),
            error=str(error),
            exc_info=None if isinstance(error, MarqueeError) else error,
        )
        self._on_failure()

    async def stop(self) -> None:
        """Cancel every task until it has ended: a library that swallows one cancellation meets the next."""
        pending = {task for task in self._tasks.values() if not task.done()}
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=0.5)


@asynccontextmanager
async def background(on_failure: Callable[[], None] = lambda: None) -> AsyncIterator[Background]:
    """Tasks that are cancelled and awaited when the block ends."""
    tasks = Background(on_failure)
    try:
        yield tasks
    finally:
        await tasks.stop()


def run(name: str, create_app: Callable[[Any], FastAPI], settings_type: type[ServiceSettings]) -> None:
    """Serve until a signal. Exits with 1 and one line when start-up or a background task fails.

    The app finds in app.state.stop a function that ends the process in good order.
    """
    settings = _read(name, settings_type)
    configure_logs(name, level=settings.log_level, as_json=settings.log_json)
    warn_of_unknown_variables(os.environ)
    app = create_app(settings)
    config = uvicorn.Config(
        app, host=settings.host, port=settings.port, log_config=None, access_log=False, timeout_graceful_shutdown=10
    )
    server = uvicorn.Server(config)
    failed = False

    def stop() -> None:
        nonlocal failed
        failed = True
        server.should_exit = True

    app.state.stop = stop
    app.state.start_error = None
    with suppress(KeyboardInterrupt, SystemExit):  # uvicorn exits by itself when the start fails
        server.run()
    if app.state.start_error is not None:
        sys.exit(f"{name}: {app.state.start_error}")
    if failed or not server.started:
        sys.exit(1)


def _read(name: str, settings_type: type[ServiceSettings]) -> ServiceSettings:
    """The settings, or one line that names the variables that are wrong."""
    try:
        return settings_type()
    except ValidationError as error:
        wrong = [f"MARQUEE_{'__'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()]
        sys.exit(f"{name}: {'; '.join(wrong)}")


@asynccontextmanager
async def one_line_on_misconfiguration(app: FastAPI) -> AsyncIterator[None]:
    """Around a lifespan's start: a Misconfigured becomes the process's last line instead of a traceback."""
    try:
        yield
    except Misconfigured as error:
        app.state.start_error = str(error)
        silence_server()
        raise
