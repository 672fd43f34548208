"""Progress of a long command: one line per step, updated while it lasts, with its duration at the end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from rich.console import Console
from rich.status import Status

SAY_EVERY_S = 5.0  # if the output is not a terminal
LOOK_EVERY_S = 0.25


PLAIN_WIDTH = 120


def a_console() -> Console:
    """Standard output: as wide as the terminal, or PLAIN_WIDTH if it is not one."""
    console = Console(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Console(highlight=False, soft_wrap=True, width=PLAIN_WIDTH)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step has got."""

    text: str
    is_done: bool = False


class Step:
    """The current step."""

    def __init__(self, console: Console, title: str, status: Status | None) -> None:
        self._console, self._title, self._status = console, title, status
        self._printed_at, self._printed = time.monotonic(), ""
        self.last = ""

    def say(self, text: str) -> None:
        """Show the newest progress: at once on a terminal, else as a line of its own every SAY_EVERY_S."""
        self.last = text
        if self._status is not None:
            self._status.update(f"{self._title}: {text}")
        elif text != self._printed and time.monotonic() - self._printed_at >= SAY_EVERY_S:
            self._printed_at, self._printed = time.monotonic(), text
            self._console.print(f"      {self._title}: {text}", highlight=False)


class Steps:
    """A numbered list of steps on one console."""

    def __init__(self, console: Console, total: int) -> None:
        self.console, self._total, self._number = console, total, 0

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Run one step; if the block succeeds, its last progress and its duration are printed."""
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
    """Call the probe until it is done.

    Args:
        check: called before each probe; raises if there is no point in waiting any longer.
    Raises:
        TimeoutError: not done within limit_s; the message has the last progress.
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
