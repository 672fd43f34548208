"""uvicorn's server without its ten looks a second at whether it is to end, half of what an idle service cost."""

import asyncio
from contextlib import suppress
from types import FrameType
from typing import Any

import uvicorn

TICK_S = 1.0
"""Between two updates of the Date header, and two beats of a process among several."""
TENTHS = 10
"""uvicorn counts ticks of a tenth of a second, and does its work in every tenth of them."""


class CalmServer(uvicorn.Server):
    """Ticks once a second, and ends as soon as it is told to."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._woken: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def stop(self) -> None:
        """End; from any thread, or a signal handler."""
        self.should_exit = True
        if self._woken is not None:
            loop, event = self._woken
            loop.call_soon_threadsafe(event.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self.stop()

    async def main_loop(self) -> Any:
        event = asyncio.Event()
        self._woken = asyncio.get_running_loop(), event
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += TENTHS
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S):
                    await event.wait()
        self._woken = None
