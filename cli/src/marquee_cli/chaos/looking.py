"""The probe as a child process: one request at a time, each with an answer or the reason for its failure."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

Json = dict[str, Any]
SCRIPT = Path(__file__).with_name("probe.py")
GRACE_S = 10.0
LINE_LIMIT = 64 * 1_048_576


class CannotLook(Exception):
    """The probe could not answer: a store or the broker is unavailable."""


class Looking:
    """Starts the probe, and restarts it when it ends or hangs."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self._command = command
        self._env = dict(env)
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def ask(self, do: str, *, limit_s: float = 20.0, **arguments: Any) -> Json:
        """Send one request to the probe.

        Raises:
            CannotLook: there was no answer in time, or the answer is an error.
        """
        async with self._turn:
            process = await self._running()
            assert process.stdin is not None and process.stdout is not None  # noqa: S101  # opened as pipes
            line = json.dumps({"do": do, "limit_s": limit_s, **arguments}) + "\n"
            try:
                async with asyncio.timeout(limit_s + GRACE_S):
                    process.stdin.write(line.encode())
                    await process.stdin.drain()
                    answered = await process.stdout.readline()
            except (TimeoutError, OSError) as error:
                await self._end()
                raise CannotLook(f"the probe does not answer: {type(error).__name__}") from error
            if not answered:
                await self._end()
                raise CannotLook("the probe ended")
        answer: Json = json.loads(answered)
        if "error" in answer:
            raise CannotLook(answer["error"])
        return answer

    async def close(self) -> None:
        """End the probe."""
        async with self._turn:
            await self._end()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=LINE_LIMIT,
                start_new_session=True,
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(5):
                await process.wait()
        if process.returncode is None:
            process.kill()
            await process.wait()
