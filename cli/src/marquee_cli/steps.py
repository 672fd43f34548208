"""Saying what a long command does: one line a step, with progress while it lasts and its duration at the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from rich.console import Console
from rich.status import Status

SAY_EVERY_S = 5.0  # where nobody looks at a terminal
LOOK_EVERY_S = 0.25


PLAIN_WIDTH = 120


def a_console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for a table in a file."""
    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Console(highlight=False, soft_wrap=True, width=PLAIN_WIDTH)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is."""

    text: str
    is_done: bool = False


class Step:
    """The step that is being done."""

    def __init__(self, console: Console, title: str, status: Status | None) -> None:
        self._console, self._title, self._status = console, title, status
        self._said_at, self._said = time.monotonic(), ""
        self.last = ""

    def say(self, text: str) -> None:
        """Show the newest progress: at once on a terminal, else now and then as a line of its own."""
        self.last = text
        if self._status is not None:
            self._status.update(f"{self._title}: {text}")
        elif text != self._said and time.monotonic() - self._said_at >= SAY_EVERY_S:
            self._said_at, self._said = time.monotonic(), text
            self._console.print(f"      {self._title}: {text}", highlight=False)


class Steps:
    """A numbered list of steps on one console."""

    def __init__(self, console: Console, total: int) -> None:
        self.console, self._total, self._number = console, total, 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Do one step; when the block ends well, its last progress and duration are printed."""
        self._number += 1
        started = time.monotonic()
        label = f"[{self._number}/{self._total}]"
        live = self.console.status(title) if self.console.is_terminal else nullcontext(None)
        with live as status:
            step = Step(self.console, title, status)
            yield step
        outcome = f": {step.last}" if step.last else ""
        duration_s = time.monotonic() - started
        self.console.print(f"{label} {title}{outcome} ({duration_s:.1f} s)", markup=False, highlight=False)


def wait(step: Step, probe: Callable[[], Progress], *, check: Callable[[], None], limit_s: float) -> None:
    """Ask the probe until it is done.

    Args:
        check: called before each look; raises when waiting has no sense any more.
    Raises:
        TimeoutError: not done within limit_s; says how far it was.
    """
    deadline = time.monotonic() + limit_s
    while True:
        check()
        progress = probe()
        step.say(progress.text)
        if progress.is_done:
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done after {limit_s:.0f} s: {progress.text}")
        time.sleep(LOOK_EVERY_S)
