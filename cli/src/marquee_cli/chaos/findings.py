"""What a run has found: broken invariants as they are found, and sums over all rounds."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from marquee_cli.chaos.report import Result, Violation

EVIDENCE = 20
"""Cases that are kept of one broken invariant."""


@dataclass(slots=True)
class Findings:
    """Of one run.

    Attributes:
        began: on the monotonic clock. number: of the round, from 1.
    """

    result: Result
    say: Callable[[str], None]
    began: float = field(default_factory=time.monotonic)
    number: int = 0
    totals: dict[str, int] = field(
        default_factory=lambda: {"lost": 0, "excused": 0, "twice": 0, "errors_5xx": 0, "untrue": 0}
    )

    def violate(self, invariant: str, name: str, text: str, evidence: list[Any] | None = None) -> None:
        """An invariant is broken in the round of that name."""
        self.result.violations.append(Violation(self.number, name, invariant, text, evidence or []))
        self.say(f"    BROKEN: {invariant}: {text}")
