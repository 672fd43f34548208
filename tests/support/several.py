"""A service of two processes that does nothing but say which of them answers: `python -m support.several`."""

import os
from contextlib import AsyncExitStack

from fastapi import FastAPI
from prometheus_client import Counter

from marquee.http.service import Service, run
from marquee.settings import ServiceSettings

ASKED = Counter("marquee_probe_asked", "Requests for a process's id")
CANNOT = "SEVERAL_CANNOT_START"
"""The variable that keeps a process from starting."""


class SeveralSettings(ServiceSettings):
    """Two processes."""

    @property
    def processes(self) -> int:
        return 2


async def start(service: Service[SeveralSettings], stack: AsyncExitStack) -> None:
    """Nothing to open."""
    if CANNOT in os.environ:
        raise RuntimeError("told not to start")


def create_app(settings: SeveralSettings) -> FastAPI:
    app = Service("several", settings).app(start)

    @app.get("/pid")
    async def pid() -> int:
        ASKED.inc()
        return os.getpid()

    return app


if __name__ == "__main__":
    run("several", create_app, SeveralSettings)
