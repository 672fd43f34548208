"""Runs the parts of an embedded system: starts them in order, watches, restarts, stops in reverse order.

A process of its own (`python -m marquee_cli.supervisor HOME`), so that a detached run is watched too. Until the run is
serving, a part that ends or the starter's end (its pipe on our standard input closes) stops everything; afterwards a
part that ends is started again, with growing pauses. Standard library only: it stays small.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from marquee_cli.home import Home, read_json, write_json
from marquee_cli.processes import Identity, end_all, identity_of, spawn

START_LIMIT_S = 120.0
LONGEST_PAUSE_S = 30.0
STABLE_AFTER_S = 60.0
TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the run. A job has no port: it is done when it ends with 0."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None = None
    port: int | None = None
    health: str | None = None  # a path that answers 200 when it is up; without it, an open port will do
    after: Sequence[str] = ()


@dataclass(slots=True)
class Watched:
    """A part and how it fares."""

    part: Part
    status: str = "waiting"  # waiting, starting, up, done, ended
    process: subprocess.Popen[bytes] | None = None
    identity: Identity | None = None
    began: float = 0.0
    restarts: int = 0
    pauses: int = 0
    not_before: float = 0.0
    code: int | None = None

    def note(self) -> dict[str, Any]:
        identity = asdict(self.identity) if self.identity else None
        return {
            "status": self.status,
            "identity": identity,
            "port": self.part.port,
            "restarts": self.restarts,
            "code": self.code,
        }


@dataclass(slots=True)
class Supervisor:
    """The one loop."""

    home: Home
    watched: list[Watched]
    ends_with_starter: bool
    starter_gone: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    failure: dict[str, Any] | None = None
    noted: dict[str, Any] = field(default_factory=dict)

    def run(self) -> int:
        """Until a signal, the starter's end or a failure. Returns the exit code."""
        try:
            while not self._has_to_stop():
                for each in self.watched:
                    self._look_at(each)
                self._note("serving" if self._is_serving() else "starting")
                time.sleep(TICK_S)
        finally:
            self._note("stopping")
            self._stop_all()
            self._note("failed" if self.failure else "stopped")
        return 1 if self.failure else 0

    def _is_serving(self) -> bool:
        return self.home.serving.exists()

    def _has_to_stop(self) -> bool:
        abandoned = self.starter_gone.is_set() and (self.ends_with_starter or not self._is_serving())
        return self.stopping.is_set() or abandoned or self.failure is not None

    def _look_at(self, each: Watched) -> None:
        now = time.monotonic()
        if each.status == "waiting":
            if now >= each.not_before and self._is_due(each.part):
                self._start(each, now)
            return
        if each.process is not None and (code := each.process.poll()) is not None:
            self._ended(each, code, now)
        elif each.status == "starting":
            if is_up(each.part):
                each.status = "up"
            elif each.part.port is not None and now - each.began > START_LIMIT_S:
                self._fail(each, f"did not answer within {START_LIMIT_S:.0f} s")
        elif each.status == "up" and each.pauses and now - each.began > STABLE_AFTER_S:
            each.pauses = 0

    def _is_due(self, part: Part) -> bool:
        return all(each.status in ("up", "done") for each in self.watched if each.part.name in part.after)

    def _start(self, each: Watched, now: float) -> None:
        part = each.part
        cwd = Path(part.cwd) if part.cwd else None
        each.process = spawn(part.command, env=part.env, log=self.home.log_of(part.name), cwd=cwd)
        each.identity = identity_of(each.process.pid)
        each.began, each.status = now, "starting"

    def _ended(self, each: Watched, code: int, now: float) -> None:
        each.process, each.identity, each.code = None, None, code
        if each.part.port is None and code == 0:
            each.status = "done"
        elif not self._is_serving():
            self._fail(each, f"ended with code {code}")
        else:
            pause_s = min(LONGEST_PAUSE_S, 0.5 * 2**each.pauses)
            each.status, each.not_before = "waiting", now + pause_s
            each.pauses, each.restarts = each.pauses + 1, each.restarts + 1
            print(
                f"{datetime.now(UTC):%H:%M:%S} {each.part.name} ended with code {code}; again in {pause_s} s",
                flush=True,
            )

    def _fail(self, each: Watched, why: str) -> None:
        if self._is_serving() and each.process is not None:
            end_all([each.identity] if each.identity else [])
            return
        each.status = "ended"
        self.failure = self.failure or {"part": each.part.name, "why": why}

    def _stop_all(self) -> None:
        """In reverse order of dependence; parts that do not need one another at the same time."""
        alive = [each for each in self.watched if each.identity is not None]
        while alive:
            needed = {name for each in alive for name in each.part.after}
            last = [each for each in alive if each.part.name not in needed] or alive
            end_all([each.identity for each in last if each.identity])
            for each in last:
                each.status, each.identity = "stopped", None
            alive = [each for each in alive if each not in last]

    def _note(self, phase: str) -> None:
        me = identity_of(os.getpid())
        note = {
            "phase": phase,
            "supervisor": asdict(me) if me else None,
            "failure": self.failure,
            "parts": {each.part.name: each.note() for each in self.watched},
        }
        if note != self.noted:
            write_json(self.home.state, note)
            self.noted = note


def is_up(part: Part) -> bool:
    """Whether the part answers."""
    if part.port is None:
        return False
    try:
        if part.health is None:
            socket.create_connection(("127.0.0.1", part.port), timeout=1).close()
            return True
        with urlopen(f"http://127.0.0.1:{part.port}{part.health}", timeout=1) as answer:
            return bool(answer.status == 200)
    except (OSError, URLError):
        return False


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m marquee_cli.supervisor", description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--ends-with-starter", action="store_true")
    args = parser.parse_args(argv)
    home = Home(args.home)
    parts = [Part(**entry) for entry in read_json(home.parts)["parts"]]
    supervisor = Supervisor(home, [Watched(part) for part in parts], args.ends_with_starter)
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: supervisor.stopping.set())
    signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def watch_starter() -> None:
        sys.stdin.buffer.read()
        supervisor.starter_gone.set()

    threading.Thread(target=watch_starter, daemon=True).start()
    return supervisor.run()


if __name__ == "__main__":
    os._exit(main())  # the thread that reads standard input may never return
