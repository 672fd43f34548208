"""One training process: what it prints, how it ends, and what follows from both. Nothing that it does raises here.

Its standard output is JSON lines, each a `Progress`, `Done` or `Failed`; whatever else is printed there is logged.
"""

import asyncio
import signal
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

log = structlog.get_logger()

LONGEST_LINE = 1_048_576
STDERR_LINES, LONGEST_COMPLAINT = 5, 500
SHOWN = 200


class Progress(BaseModel):
    """What the training is doing."""

    kind: Literal["progress"] = "progress"
    message: str


class Done(BaseModel):
    """The bundle is complete; `location` is relative to the model directory."""

    model_config = ConfigDict(allow_inf_nan=False)
    kind: Literal["done"] = "done"
    location: str
    metrics: dict[str, float]


class Failed(BaseModel):
    """There is no bundle. `is_passing`: the same training will probably succeed soon."""

    kind: Literal["failed"] = "failed"
    error: str
    is_passing: bool = False


Message = Annotated[Progress | Done | Failed, Field(discriminator="kind")]
_MESSAGE: TypeAdapter[Progress | Done | Failed] = TypeAdapter(Message)


async def run_child(command: Sequence[str], *, on_progress: Callable[[str], None], limit_s: float) -> Done | Failed:
    """Run the command to its end; returns its last message, or why there is none. It ends when this process ends."""
    try:
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,  # never written to; it closes when the parent ends
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return Failed(error=f"the training process could not be started: {error}", is_passing=True)
    assert child.stdout is not None  # noqa: S101  # opened as a pipe
    assert child.stderr is not None  # noqa: S101  # opened as a pipe
    complaints: deque[str] = deque(maxlen=STDERR_LINES)
    complaining = asyncio.create_task(_collect(child.stderr, complaints))
    outcome: Done | Failed | None = None
    try:
        async with asyncio.timeout(limit_s):
            async for line in _lines(child.stdout):
                match _parsed(line):
                    case Progress(message=message):
                        on_progress(message)
                    case Done() | Failed() as last:
                        outcome = last
            code = await child.wait()
            await complaining
    except TimeoutError:
        return Failed(error=f"the training took longer than {limit_s:g} s and was ended")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        complaining.cancel()
    return outcome or Failed(error=_ending(code, complaints), is_passing=code < 0)


async def _lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """Its lines as text; a line longer than LONGEST_LINE is cut."""
    pending = b""
    is_dropping = False
    while chunk := await stream.read(65_536):
        *complete, pending = (pending + chunk).split(b"\n")
        for line in complete:
            if not is_dropping:
                yield line.decode(errors="replace")
            is_dropping = False
        if len(pending) > LONGEST_LINE:
            if not is_dropping:
                yield pending.decode(errors="replace")
            pending, is_dropping = b"", True
    if pending and not is_dropping:
        yield pending.decode(errors="replace")


def _parsed(line: str) -> Progress | Done | Failed | None:
    """A message of our protocol, or None for anything else that was printed."""
    try:
        return _MESSAGE.validate_json(line)
    except ValidationError:
        if line.strip():
            log.info("training_printed", line=line.strip()[:SHOWN])
        return None


async def _collect(stream: asyncio.StreamReader, lines: deque[str]) -> None:
    async for line in _lines(stream):
        if line.strip():
            lines.append(line.strip()[:LONGEST_COMPLAINT])


def _ending(code: int, complaints: Sequence[str]) -> str:
    """How a process without a result ended, with its last lines on standard error."""
    how = f"was ended by {_signal(-code)}" if code < 0 else f"ended with code {code} and gave no result"
    return ": ".join([f"the training process {how}", *([" | ".join(complaints)] if complaints else [])])


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name}, as when memory runs out" if name == "SIGKILL" else name
