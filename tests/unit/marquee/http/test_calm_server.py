"""A server that ticks seldom ends at once when it is told to, by a call or by a signal."""

import asyncio
import signal
import subprocess
import sys
from textwrap import dedent
from typing import Any

import pytest
import uvicorn

from marquee.http import calm_server
from marquee.http.calm_server import CalmServer
from support.wait import until

NEVER_S = 3_600.0


async def an_app(scope: Any, receive: Any, send: Any) -> None:
    raise NotImplementedError(scope["type"])


async def started(server: CalmServer) -> "asyncio.Task[None]":
    serving = asyncio.create_task(server.serve())

    async def is_started() -> bool:
        return server.started

    await until(is_started, every_s=0.001)
    return serving


def a_server() -> CalmServer:
    return CalmServer(uvicorn.Config(an_app, port=0, lifespan="off", log_config=None))


async def test_it_ends_when_it_is_stopped_from_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm_server, "TICK_S", NEVER_S)
    server = a_server()
    serving = await started(server)

    await asyncio.to_thread(server.stop)

    async with asyncio.timeout(30):
        await serving


async def test_stopped_before_it_serves_it_never_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm_server, "TICK_S", NEVER_S)
    server = a_server()
    server.stop()

    async with asyncio.timeout(30):
        await server.serve()


async def test_every_tick_is_a_whole_second_to_uvicorn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm_server, "TICK_S", 0.001)
    server, beats = a_server(), 0

    async def beat() -> None:
        nonlocal beats
        beats += 1

    server.config.callback_notify, server.config.timeout_notify = beat, 0
    serving = await started(server)

    async def has_beaten() -> bool:
        return beats >= 3

    await until(has_beaten, every_s=0.001)
    assert server.server_state.default_headers[0][0] == b"date"

    server.stop()
    await serving


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once(told: signal.Signals) -> None:
    program = f"""
        import uvicorn
        from marquee.http import calm_server

        calm_server.TICK_S = {NEVER_S}
        config = uvicorn.Config(lambda *_: None, port=0, lifespan="off", log_level="info")
        calm_server.CalmServer(config).run()
    """
    with subprocess.Popen([sys.executable, "-c", dedent(program)], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        while "Uvicorn running" not in server.stderr.readline():
            assert server.poll() is None

        server.send_signal(told)

        server.wait(timeout=60)  # with what code depends on what whoever started the tests does with the signal
