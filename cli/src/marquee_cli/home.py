"""The state directory of an embedded run (MARQUEE_HOME): what lies where, and the run's own notes."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marquee_cli.processes import Identity, is_alive

DEFAULT = ".marquee"

STATE_OF_A_DATA_SET = ("kafka", "redis", "log", "models", "state", "rejects", "data-set.json")
"""What `--fresh` removes: all that was derived from one data set."""


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
        """What the supervisor is to run."""
        return self.root / "run" / "parts.json"

    @property
    def state(self) -> Path:
        """What the supervisor says of the run."""
        return self.root / "run" / "state.json"

    @property
    def serving(self) -> Path:
        """Exists once the first personal ranking was served: from then on parts that end are restarted."""
        return self.root / "run" / "serving"

    @property
    def data_set(self) -> Path:
        """Which data set the stores below were filled from."""
        return self.root / "data-set.json"

    def log_of(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def running_supervisor(self) -> Identity | None:
        """The live supervisor of this directory, if there is one."""
        noted = read_json(self.state).get("supervisor")
        identity = Identity(**noted) if noted else None
        return identity if identity and is_alive(identity) else None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object, or an empty one where there is no such file."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: Any) -> None:
    """Replace the file in one step: a reader sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".tmp")
    new.write_text(json.dumps(value, indent=1))
    new.replace(path)
