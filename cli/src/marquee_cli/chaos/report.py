"""The result of a chaos run: per fault, as a table, as Markdown for docs/chaos.md, and as JSON. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

COLUMNS = ("fault", "count", "202s", "lost", "twice", "recovery p50 s", "p95 s", "worst s", "5xx", "gateway down s")


@dataclass(slots=True)
class Injected:
    """One planned fault and the result of its round.

    Attributes:
        skipped: why it was not injected; empty if it was.
        recovery_s: from the fault until the system had recovered; None if it did not within the limit.
        accepted: ratings accepted from the fault until then.
        lost, excused, twice, errors_5xx, down_s: of the whole round, which other faults may share.
        within, degraded, besides, rank_recovery_s, ranked_ms: see under_load.Verdict; of a fault that is alone in its
            round and in UNDER_LOAD.
    """

    round: int
    name: str
    at_s: float
    together_with: list[str] = field(default_factory=list)
    skipped: str = ""
    note: str = ""
    recovery_s: float | None = None
    accepted: int = 0
    lost: int = 0
    excused: int = 0
    twice: int = 0
    errors_5xx: int = 0
    down_s: float = 0.0
    within: int = 0
    degraded: int = 0
    besides: list[str] = field(default_factory=list)
    rank_recovery_s: float = 0.0
    ranked_ms: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Violation:
    """A broken invariant, with the evidence."""

    round: int
    faults: str
    invariant: str
    text: str
    evidence: list[Any] = field(default_factory=list)


@dataclass(slots=True)
class Result:
    """The whole result of one run."""

    about: dict[str, Any]
    faults: list[Injected] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.violations

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, found: Mapping[str, Any]) -> "Result":
        """Read what as_json wrote."""
        return cls(
            dict(found["about"]),
            [Injected(**fault) for fault in found["faults"]],
            [Violation(**violation) for violation in found["violations"]],
            dict(found["totals"]),
        )


def rows(faults: Sequence[Injected]) -> list[tuple[str, ...]]:
    """One row per kind of fault, most frequent name order kept, and a total; the columns are COLUMNS."""
    by_name: dict[str, list[Injected]] = defaultdict(list)
    for fault in faults:
        if not fault.skipped:
            by_name[fault.name].append(fault)
    table = [_row(name, by_name[name]) for name in sorted(by_name)]
    done = [fault for fault in faults if not fault.skipped]
    return [*table, _row("all", done, is_total=True)] if done else table


def _row(name: str, faults: Sequence[Injected], *, is_total: bool = False) -> tuple[str, ...]:
    rounds = {fault.round: fault for fault in faults} if is_total else dict(enumerate(faults))
    each = list(rounds.values())  # in the total a round's figures count once
    lost, excused = sum(fault.lost for fault in each), sum(fault.excused for fault in each)
    times = [fault.recovery_s for fault in faults if fault.recovery_s is not None]
    never = sum(fault.recovery_s is None for fault in faults)
    p50, p95, worst = (f"{float(np.percentile(times, q)):.1f}" if times else "-" for q in (50, 95, 100))
    return (
        name,
        str(len(faults)),
        f"{sum(fault.accepted for fault in each):,}",
        f"{lost}" + (f" (+{excused})" if excused else ""),
        str(sum(fault.twice for fault in each)),
        p50,
        p95,
        worst + (f", {never} never" if never else ""),
        str(sum(fault.errors_5xx for fault in each)),
        f"{sum(fault.down_s for fault in each):.1f}",
    )


def summary(result: Result) -> str:
    """The run in one line."""
    totals = result.totals
    injected = sum(not fault.skipped for fault in result.faults)
    verdict = "every invariant held" if result.is_good else f"{len(result.violations)} broken invariants"
    excused = totals.get("excused", 0)
    return (
        f"chaos: {injected} faults in {totals.get('minutes', 0):.1f} min (seed {result.about.get('seed')}), "
        f"{totals.get('accepted', 0):,} ratings accepted: {totals.get('lost', 0)} lost"
        + (f" (+{excused} in the broker's last second)" if excused else "")
        + f", {totals.get('twice', 0)} counted twice; {totals.get('rankings', 0):,} rankings: "
        f"{totals.get('errors_5xx', 0)} x 5xx, {totals.get('untrue', 0)} untrue; {verdict}"
    )


def markdown(result: Result, columns: Sequence[str], table: Sequence[Sequence[str]]) -> str:
    """A table of the result for docs/chaos.md."""
    about = result.about
    head = ", ".join(str(about[key]) for key in ("form", "data", "machine") if about.get(key))
    head += f", seed {about.get('seed')}"
    lines = [head, "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(row) + " |" for row in table]
    lines += ["", summary(result).removeprefix("chaos: ").capitalize() + "."]
    return "\n".join(lines) + "\n"
