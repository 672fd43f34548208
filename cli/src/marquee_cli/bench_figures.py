"""What `marquee bench` measures, and on what: the lines of its table, and a running system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marquee_cli.load import Call, Client


@dataclass(frozen=True, slots=True)
class Running:
    """The system that is measured; `models` is the folder of its bundles."""

    ports: Mapping[str, int]
    pids: Mapping[str, int]
    data: str
    models: Path

    def url(self, part: str = "gateway") -> str:
        return f"http://127.0.0.1:{self.ports[part]}"

    def report(self, part: str, path: str) -> dict[str, Any]:
        with Client(self.url(part)) as client:
            found: dict[str, Any] = client.json(Call(path))
        return found


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    value: str
    budget: str = ""
    is_met: bool | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
