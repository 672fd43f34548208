"""The skeleton of a service: it starts whole or not at all, and never lives on half-dead."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated

import pytest
from aiokafka.errors import KafkaConnectionError
from fastapi import Depends, FastAPI, Request

from marquee.errors import Misconfigured, Transient
from marquee.http.service import Service, serve, service_of, wired
from marquee.settings import ServiceSettings
from marquee_cli.embedded import free_port
from support.running_app import running, started
from support.wait import until


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the test's service is made of."""

    model: str = "v7"
    closed: list[str] = field(default_factory=list)


Start = Callable[[Service[ServiceSettings], AsyncExitStack], Awaitable[Wiring]]


def an_app(start: Start, *, port: int | None = None) -> FastAPI:
    service = Service("ranker", ServiceSettings(port=port or 8000, log_level="CRITICAL"))
    app = service.app(start, model_version=lambda wiring: wiring.model)

    @app.get("/model")
    async def model(parts: Annotated[Wiring, Depends(wired(Wiring))]) -> str:
        return parts.model

    return app


async def starts(service: Service[ServiceSettings], stack: AsyncExitStack) -> Wiring:
    return Wiring()


def with_task(work: Callable[[], Awaitable[None]], *, once: bool = False) -> Start:
    async def start(service: Service[ServiceSettings], stack: AsyncExitStack) -> Wiring:
        async def task() -> None:
            await work()

        (service.tasks.start_once if once else service.tasks.start)("consume", task())
        return Wiring()

    return start


def failing(error: BaseException) -> Start:
    async def start(service: Service[ServiceSettings], stack: AsyncExitStack) -> Wiring:
        raise error

    return start


def last_line(start: Start) -> object:
    """What a process of this service exits with: a text is printed, and the exit code is 1."""
    with pytest.raises(SystemExit) as ended:
        serve(an_app(start, port=free_port()))
    return ended.value.code


@pytest.fixture
def a_quiet_server() -> Iterator[None]:
    """Its errors are logged again afterwards."""
    yield
    logging.getLogger("uvicorn.error").disabled = False


async def test_routes_and_the_version_are_given_the_wiring() -> None:
    async with running(an_app(starts)) as client:
        assert (await client.get("/model")).json() == "v7"
        assert (await client.get("/version")).json()["model_version"] == "v7"
        assert (await client.get("/readyz")).status_code == 200


async def test_a_route_that_wants_other_parts_than_the_lifespan_made_is_a_bug() -> None:
    request = Request({"type": "http", "state": {"wiring": Wiring()}})

    with pytest.raises(TypeError, match="the lifespan made a Wiring, the route wants a int"):
        await wired(int)(request)


async def test_a_background_task_that_fails_stops_the_app_and_turns_readyz_red() -> None:
    stopped, go = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await go.wait()
        raise Transient("the broker is gone")

    app = an_app(with_task(work))
    service_of(app).stop = stopped.set
    with pytest.raises(AssertionError, match="ranker: consume ended: the broker is gone"):
        async with running(app) as client:
            assert (await client.get("/readyz")).status_code == 200
            go.set()
            await asyncio.wait_for(stopped.wait(), 10)

            ready = await client.get("/readyz")

            assert ready.status_code == 503
            assert "consume ended: the broker is gone" in ready.json()["dependencies"]["service"]["detail"]


@pytest.mark.parametrize("once", [False, True])
async def test_a_task_that_returns_is_a_failure_unless_it_was_started_once(once: bool) -> None:
    async def work() -> None:
        await asyncio.sleep(0)

    app = an_app(with_task(work, once=once))
    async with app.router.lifespan_context(app):
        await asyncio.sleep(0.05)

    assert service_of(app).failure == (None if once else "consume ended")


async def test_the_first_failure_is_the_one_that_is_reported() -> None:
    service = Service("ranker", ServiceSettings())

    service.fail("the cause")
    service.fail("its consequence")

    assert service.failure == "the cause"


async def test_tasks_end_before_the_parts_that_they_use_are_closed() -> None:
    events: list[str] = []

    async def start(service: Service[ServiceSettings], stack: AsyncExitStack) -> Wiring:
        @asynccontextmanager
        async def a_part() -> AsyncIterator[None]:
            yield
            events.append("part closed")

        async def stubborn() -> None:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:  # as a library may do
                events.append("cancellation swallowed")
            await asyncio.Event().wait()

        await stack.enter_async_context(a_part())
        service.tasks.start("stubborn", stubborn())
        await asyncio.sleep(0)
        return Wiring()

    async with started(an_app(start)):
        pass

    assert events == ["cancellation swallowed", "part closed"]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Misconfigured("no such file: movies.csv"), "ranker: no such file: movies.csv"),
        (Transient("redis does not answer"), "ranker: redis does not answer"),
        (KafkaConnectionError("no broker"), "ranker: KafkaConnectionError: KafkaConnectionError: no broker"),
        (
            PermissionError(13, "Permission denied", "/models"),
            "ranker: PermissionError: [Errno 13] Permission denied: '/models'",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.usefixtures("a_quiet_server")
def test_a_start_that_fails_for_a_reason_outside_is_one_line_and_exit_1(error: Exception, line: str) -> None:
    assert last_line(failing(error)) == line


@pytest.mark.usefixtures("a_quiet_server")
def test_a_task_that_fails_ends_the_process_with_its_reason() -> None:
    async def work() -> None:
        await asyncio.sleep(0.05)
        raise Misconfigured("a topic has 3 partitions")

    assert last_line(with_task(work)) == "ranker: consume ended: a topic has 3 partitions"


async def test_a_bug_in_the_start_keeps_its_traceback() -> None:
    app = an_app(failing(TypeError("ours")))

    with pytest.raises(TypeError, match="ours"):
        async with started(app):
            pass

    assert service_of(app).failure is None


async def test_a_failing_task_is_noticed_by_a_test_that_does_not_look() -> None:
    async def work() -> None:
        raise RuntimeError("boom")

    app = an_app(with_task(work))
    with pytest.raises(AssertionError, match="boom"):
        async with started(app):

            async def has_failed() -> bool:
                return service_of(app).failure is not None

            await until(has_failed, limit_s=5)
