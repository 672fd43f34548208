"""The long-running tasks of a service: one that ends unasked ends the service."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from marquee.errors import MarqueeError

log = structlog.get_logger()

Work = Coroutine[Any, Any, None]
CANCEL_EVERY_S = 0.5


class Background:
    """Tasks that run beside the requests.

    Args:
        on_failure: called with one line about each task that ended unasked.
    """

    def __init__(self, on_failure: Callable[[str], None]) -> None:
        self._on_failure = on_failure
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, name: str, work: Work) -> None:
        """Run a task that is not meant to end; whatever ends it is a failure."""
        self._start(name, work, self._ended)

    def start_once(self, name: str, work: Work) -> None:
        """Run a task that ends by itself; only an exception is a failure."""
        self._start(name, work, self._finished)

    def _start(self, name: str, work: Work, when_done: Callable[[asyncio.Task[None]], None]) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(when_done)

    def _finished(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._ended(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        is_expected = error is None or isinstance(error, MarqueeError)
        log.error(
            "background_task_ended",
            task=task.get_name(),
            error=str(error),
            exc_info=None if is_expected else error,
        )
        cause = str(error) if is_expected else repr(error)
        self._on_failure(f"{task.get_name()} ended" + (f": {cause}" if error else ""))

    async def stop(self) -> None:
        """Cancel every task until it has ended, again and again: a library may swallow a cancellation."""
        pending = set(self._tasks)
        while pending:
            for task in pending:
                task.cancel()
            _, pending = await asyncio.wait(pending, timeout=CANCEL_EVERY_S)


@asynccontextmanager
async def stopped_at_the_end(tasks: Background) -> AsyncIterator[None]:
    """The tasks that are started in this block are cancelled and awaited when it ends."""
    try:
        yield
    finally:
        await tasks.stop()
