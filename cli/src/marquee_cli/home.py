"""The state directory of an embedded run (MARQUEE_HOME): its paths, and the files in which a run notes its state."""

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marquee_cli.processes import Identity, is_alive

DEFAULT = ".marquee"

STATE_OF_A_DATA_SET = ("kafka", "redis", "log", "models", "state", "rejects", "data-set.json")
"""What `--fresh` removes: everything derived from one data set."""


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below the state directory."""

    root: Path

    @classmethod
    def from_environment(cls) -> "Home":
        return cls(Path(os.environ.get("MARQUEE_HOME") or DEFAULT).expanduser().resolve())

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def ports(self) -> Path:
        return self.root / "run" / "ports.json"

    @property
    def parts(self) -> Path:
        """The parts that the supervisor runs."""
        return self.root / "run" / "parts.json"

    @property
    def state(self) -> Path:
        """The supervisor's own report of the run."""
        return self.root / "run" / "state.json"

    @property
    def lock_file(self) -> Path:
        """Locked by the `make demo` that starts a run, then by its supervisor; holds the pid of that `make demo`."""
        return self.root / "run" / "lock"

    @property
    def serving(self) -> Path:
        """Exists once the first personal ranking has been served; from then on parts that end are restarted."""
        return self.root / "run" / "serving"

    @property
    def data_set(self) -> Path:
        """The data set from which the stores in this directory were filled."""
        return self.root / "data-set.json"

    def log_of(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def running_supervisor(self) -> Identity | None:
        """This directory's supervisor, if it is alive."""
        noted = read_json(self.state).get("supervisor")
        identity = Identity(**noted) if noted else None
        return identity if identity and is_alive(identity) else None

    def live_parts(self) -> dict[str, Identity]:
        """The parts whose noted process is alive, supervised or left behind by a killed supervisor."""
        noted = read_json(self.state).get("parts", {})
        found = {name: Identity(**part["identity"]) for name, part in noted.items() if part.get("identity")}
        return {name: identity for name, identity in found.items() if is_alive(identity)}

    def lock(self, *, limit_s: float = 1.0) -> int | None:
        """Lock this directory; the returned file descriptor holds the lock until every copy of it is closed.

        None if another process still holds it after limit_s; a process that is just ending lets go in that time.
        """
        self.lock_file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + limit_s
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(descriptor)
                    return None
                time.sleep(0.05)
            else:
                os.truncate(descriptor, 0)
                os.write(descriptor, str(os.getpid()).encode())
                return descriptor

    def locked_by(self) -> str | None:
        """The pid of the command whose run holds the lock, or None if nobody holds it."""
        try:
            descriptor = os.open(self.lock_file, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return None
        except BlockingIOError:
            return os.read(descriptor, 20).decode() or "?"
        finally:
            os.close(descriptor)


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in a file; empty if there is no such file, or no object in it."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: Any) -> None:
    """Replace the file atomically: a reader sees the old or the new one. Only the owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".tmp")
    with suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sink:
        sink.write(json.dumps(value, indent=1))
    new.replace(path)
