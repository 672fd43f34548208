"""Processes that outlive the command that started them: identified by pid and start time, ended as a group.

Standard library only, so that the supervisor stays small.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROTATE_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Identity:
    """A process; its start time distinguishes it from a later one with the same pid."""

    pid: int
    started: str  # as the system reports it; compared, never parsed


def identity_of(pid: int) -> Identity | None:
    """The live process with this pid, or None. A zombie is not alive."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else Identity(pid, fields[19])  # field 22: start in clock ticks since boot
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return Identity(pid, started.strip()) if started and not state.startswith("Z") else None


def is_alive(identity: Identity) -> bool:
    return identity_of(identity.pid) == identity


def cpu_ticks(identity: Identity) -> int | None:
    """Processor time used by the process, in clock ticks; None on systems without /proc."""
    try:
        fields = Path(f"/proc/{identity.pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12])  # fields 14 and 15: user and system time


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    log: Path,
    cwd: Path | None = None,
    stdin: int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in its own session, appending its output to the log. It inherits no file except pass_fds."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > ROTATE_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as sink:
        return subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=cwd,
            stdin=stdin,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
            pass_fds=pass_fds,
        )


def kill_group(identity: Identity) -> None:
    """SIGKILL the process's group: ends a stopped process, and what an ended one has left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(identity.pid, signal.SIGKILL)


def end_all(identities: Sequence[Identity], *, limit_s: float = 15.0) -> None:
    """SIGTERM to all of them and their process groups, SIGKILL to those still alive after limit_s."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for identity in filter(is_alive, identities):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(identity.pid, sign)
                os.killpg(identity.pid, signal.SIGCONT)  # a stopped process does not handle SIGTERM
        if wait_for_end(identities, limit_s=limit_s):
            return


def wait_for_end(identities: Sequence[Identity], *, limit_s: float) -> bool:
    """Whether all of them ended within the limit. Reaps those that are children of this process."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        for identity in identities:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(identity.pid, os.WNOHANG)
        if not any(map(is_alive, identities)):
            return True
        time.sleep(0.05)
    return False


def last_lines(log: Path, count: int = 15) -> list[str]:
    """The last lines of a log, for an error message; none if the log does not exist."""
    if not log.exists():
        return []
    with log.open("rb") as source:
        source.seek(max(0, log.stat().st_size - 20_000))
        return source.read().decode(errors="replace").splitlines()[-count:]
