"""Runs the parts of an embedded system: starts them in order, watches and restarts them, stops them in reverse order.

A process of its own (`python -m marquee_cli.supervisor HOME`), so that a detached run is watched too. Until the run
serves rankings, everything stops when a part ends or when the command that started it ends (which closes our standard
input). Afterwards a part that ends is restarted, with growing pauses. A part that hangs is killed and restarted at any
time. Parts that an earlier supervisor left running are taken over. Standard library only, so that it stays small.
"""

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from marquee_cli.health import ASK_EVERY_S, Pulse, answers
from marquee_cli.home import Home, read_json, write_json
from marquee_cli.processes import Identity, end_all, identity_of, is_alive, kill_group, last_lines, spawn

START_LIMIT_S = 120.0
LONGEST_PAUSE_S = 30.0  # for a part that does not come up
LONGEST_PAUSE_AFTER_UP_S = 5.0  # for a part that was up and ended: it is soon back, whatever killed it
STABLE_AFTER_S = 10.0  # since its start, a part that ends then has come up well: its earlier ends no longer count
TICK_S, CALM_TICK_S = 0.1, 0.5
"""Between two looks at the parts: while they start, and once the run serves."""
STALL_S = 3.0  # a tick that takes this long means that the supervisor itself was suspended
LOOK_AT_ADOPTED_EVERY_S = 0.5  # not a child: without /proc, checking whether it is alive costs a process


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the run. A part without a port is a job: it is done when it ends with code 0."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]  # added to the supervisor's own environment, which is never written to disk
    cwd: str | None = None
    port: int | None = None
    health: str | None = None  # the health check, see health.answers
    after: Sequence[str] = ()
    patience: int = 5  # health checks missed in a row, one every 2 s, before the part counts as hung
    fingerprint: str = ""  # equal for two parts that run alike; a running part without one is not taken over
    advice: Mapping[str, str] = field(default_factory=dict)  # words in its log -> what to do after it has ended


@dataclass(slots=True)
class Watched:
    """A part and its current state."""

    part: Part
    status: str = "waiting"  # waiting, starting, up, done, ended
    process: subprocess.Popen[bytes] | None = None  # None for a process that was taken over
    identity: Identity | None = None
    pulse: Pulse | None = None
    started: threading.Event = field(default_factory=threading.Event)
    began: float = 0.0
    looked: float = 0.0
    restarts: int = 0
    pauses: int = 0
    not_before: float = 0.0
    code: int | None = None
    killed_because: str | None = None
    reason: str | None = None  # why it was last restarted

    def runs_as(self, identity: Identity, process: subprocess.Popen[bytes] | None, *, status: str) -> None:
        """Note its new process; its health checks begin."""
        self.identity, self.process, self.status = identity, process, status
        self.pulse, self.began, self.killed_because = Pulse(identity), time.monotonic(), None
        self.started.set()

    def has_ended(self, now: float) -> bool:
        """Whether its process has ended; sets `code` to the exit code, or None if that is unknown."""
        if self.process is not None:
            self.code = self.process.poll()
            return self.code is not None
        if self.identity is None or now - self.looked < LOOK_AT_ADOPTED_EVERY_S:
            return False
        self.looked, self.code = now, None
        return not is_alive(self.identity)

    def note(self) -> dict[str, Any]:
        identity = asdict(self.identity) if self.identity else None
        return {
            "status": self.status,
            "identity": identity,
            "port": self.part.port,
            "restarts": self.restarts,
            "code": self.code,
            "reason": self.reason,
            "misses": self.pulse.misses if self.pulse and self.status == "up" else 0,
            "fingerprint": self.part.fingerprint,
        }


@dataclass(slots=True)
class Supervisor:
    """Watches all parts in one loop."""

    home: Home
    watched: list[Watched]
    ends_with_starter: bool
    starter_gone: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    failure: dict[str, Any] | None = None
    me: Identity | None = field(default_factory=lambda: identity_of(os.getpid()))
    noted: dict[str, Any] = field(default_factory=dict)

    def take_over(self) -> None:
        """Keep the parts of an earlier supervisor that would be started in the same way today, and end the others.

        A part that needs the result of a job is ended too, because the job may replace that result.
        """
        left = self.home.live_parts()
        noted = read_json(self.home.state).get("parts", {})
        jobs = {each.part.name for each in self.watched if each.part.port is None}
        for each in self.watched:
            name, fingerprint = each.part.name, each.part.fingerprint
            is_same = bool(fingerprint) and noted.get(name, {}).get("fingerprint") == fingerprint
            if name in left and is_same and name not in jobs and jobs.isdisjoint(each.part.after):
                each.runs_as(left.pop(name), None, status="up")
                each.restarts, each.reason = noted[name]["restarts"], noted[name]["reason"]
                say(f"{name} taken over (pid {each.identity.pid if each.identity else '?'})")
        end_all(list(left.values()))

    def run(self) -> int:
        """Run until a signal, a failure, or the end of the command that started it. Returns the exit code."""
        for each in self.watched:
            if each.part.port is not None:
                threading.Thread(target=keep_asking, args=(each,), daemon=True).start()
        last = time.monotonic()
        try:
            while not self._has_to_stop(is_serving := self._is_serving()):
                now = time.monotonic()
                if now - last > STALL_S:
                    self._forget_misses()
                last = now
                for each in self.watched:
                    self._look_at(each, now)
                self._note("serving" if is_serving else "starting")
                time.sleep(CALM_TICK_S if is_serving else TICK_S)
        finally:
            self._note("stopping")
            self._stop_all()
            self._note("failed" if self.failure else "stopped")
        return 1 if self.failure else 0

    def _is_serving(self) -> bool:
        return self.home.serving.exists()

    def _has_to_stop(self, is_serving: bool) -> bool:
        abandoned = self.starter_gone.is_set() and (self.ends_with_starter or not is_serving)
        return self.stopping.is_set() or abandoned or self.failure is not None

    def _forget_misses(self) -> None:
        """Reset all misses: the supervisor was suspended, and perhaps the parts were too."""
        for each in self.watched:
            if each.pulse is not None:
                each.pulse.misses = 0

    def _look_at(self, each: Watched, now: float) -> None:
        if each.status == "waiting":
            if now >= each.not_before and self._is_due(each.part):
                self._start(each)
        elif each.identity is not None and each.has_ended(now):
            self._ended(each, now)
        elif each.pulse is None or each.part.port is None:
            return
        elif each.status == "starting" and each.pulse.has_answered:
            each.status = "up"
        elif each.status == "starting" and now - each.began > START_LIMIT_S:
            self._kill(each, f"did not answer within {START_LIMIT_S:.0f} s of its start")
        elif each.status == "up" and each.pulse.is_hung(each.part.patience):
            self._kill(each, f"did not answer {each.pulse.misses} times in a row and was killed")

    def _is_due(self, part: Part) -> bool:
        return all(each.status in ("up", "done") for each in self.watched if each.part.name in part.after)

    def _start(self, each: Watched) -> None:
        part = each.part
        cwd = Path(part.cwd) if part.cwd else None
        env = {**os.environ, **part.env}
        process = spawn(part.command, env=env, log=self.home.log_of(part.name), cwd=cwd)
        # a child that has already ended is a zombie until it is polled: it has no identity, and ends at the next look
        each.runs_as(identity_of(process.pid) or Identity(process.pid, "ended"), process, status="starting")

    def _kill(self, each: Watched, why: str) -> None:
        """SIGKILL it, because a stopped process ignores SIGTERM. The next look finds its end, or kills it again."""
        if each.identity is None or each.pulse is None:
            return
        each.killed_because, each.pulse.misses = why, 0
        kill_group(each.identity)

    def _ended(self, each: Watched, now: float) -> None:
        was_up, is_job = each.status == "up", each.part.port is None
        if each.identity is not None:
            kill_group(each.identity)  # its children must not outlive it
        each.process, each.identity, each.pulse = None, None, None
        ended = "ended" if each.code is None else f"ended with code {each.code}"
        each.reason = each.killed_because or ended + self._advice(each.part)
        if is_job and each.code == 0:
            each.status, each.reason = "done", None
        elif not self._is_serving() and (each.killed_because is None or not was_up):
            each.status, self.failure = "ended", self.failure or {"part": each.part.name, "why": each.reason}
        else:
            before = pauses_that_count(each.pauses, was_up=was_up, lived_s=now - each.began)
            pause = pause_s(before, was_up=was_up)
            each.status, each.not_before = "waiting", now + pause
            each.pauses, each.restarts = before + 1, each.restarts + 1
            say(f"{each.part.name} {each.reason}; restarting in {pause} s")

    def _advice(self, part: Part) -> str:
        lines = last_lines(self.home.log_of(part.name), 5) if part.advice else []
        found = [text for words, text in part.advice.items() if any(words in line for line in lines)]
        return f": {found[0]}" if found else ""

    def _stop_all(self) -> None:
        """Stop the parts in reverse order of dependence; independent ones at the same time."""
        alive = [each for each in self.watched if each.identity is not None]
        while alive:
            needed = {name for each in alive for name in each.part.after}
            last = [each for each in alive if each.part.name not in needed] or alive
            end_all([each.identity for each in last if each.identity])
            for each in last:
                each.status, each.identity = "stopped", None
            alive = [each for each in alive if each not in last]

    def _note(self, phase: str) -> None:
        note = {
            "phase": phase,
            "supervisor": asdict(self.me) if self.me else None,
            "failure": self.failure,
            "parts": {each.part.name: each.note() for each in self.watched},
        }
        if note != self.noted:
            write_json(self.home.state, note)
            self.noted = note


def pauses_that_count(before: int, *, was_up: bool, lived_s: float) -> int:
    """Pauses in a row before the next one: none if the part was up and had been started STABLE_AFTER_S ago."""
    return 0 if was_up and lived_s > STABLE_AFTER_S else before


def pause_s(before: int, *, was_up: bool) -> float:
    """How long to wait before the next start, after `before` pauses in a row."""
    return min(LONGEST_PAUSE_AFTER_UP_S if was_up else LONGEST_PAUSE_S, 0.5 * 2.0 ** min(before, 10))


def keep_asking(each: Watched) -> None:
    """The health-check thread of one part: frequent until the first answer. A hung part delays no other part."""
    while True:
        pulse, checked_at = each.pulse, time.monotonic()
        if pulse is not None and each.part.port is not None:
            pulse.heard(is_answer=answers(each.part.port, each.part.health))
        is_calm = pulse is not None and (pulse.has_answered or each.status == "up")
        rest_s = ASK_EVERY_S - (time.monotonic() - checked_at) if is_calm else TICK_S
        each.started.wait(max(rest_s, TICK_S))
        each.started.clear()


def say(text: str) -> None:
    """Write one line to the supervisor's log."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", flush=True)


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
    supervisor.take_over()
    return supervisor.run()


if __name__ == "__main__":
    os._exit(main())  # the thread that reads standard input may never return
