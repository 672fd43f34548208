"""What each ranking has to say about itself while one known part is unavailable, and how long rankings take then. Pure.

The random rounds break several parts at once, so they judge only what is true of every fault (truth.py).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from marquee_cli.chaos.ledger import RankingRequest
from marquee_cli.chaos.plan import Fault, Kind
from marquee_cli.chaos.report import Injected

Said = tuple[str, tuple[str, ...]]
"""What an answer says of itself: its rung, and what is missing for a better one."""

FULL: Mapping[str, Said] = {"user": ("personal", ()), "stranger": ("cold", ()), "movie": ("similar", ())}
WITHOUT_RANKER: Mapping[str, Said] = dict.fromkeys(FULL, ("popular", ("ranker",)))
WITHOUT_REDIS: Mapping[str, Said] = {**FULL, "user": ("stale", ("redis",)), "stranger": ("cold", ("redis",))}
REBUILDING: Mapping[str, Said] = {
    **FULL,
    "user": ("stale", ("rebuilding",)),
    "stranger": ("cold", ("rebuilding",)),
}

COLUMNS = (
    *("fault", "count", "rankings", "degraded", "p50 ms", "p99 ms", "worst ms"),
    *("rankings full after s", "all well after s", "lost", "5xx", "degraded besides"),
)
"""Rankings between fault and recovery, how many of them were less than full, and how long they took. Median and worst
of the seconds from the fault until the last one that was less than full, and until all parts and stores were well."""


@dataclass(frozen=True, slots=True)
class Span:
    """When a part was certainly unavailable, on the monotonic clock; transitions lie outside."""

    since: float
    until: float

    def has(self, ranking: RankingRequest) -> bool:
        """Whether the ranking was requested and answered within it."""
        return self.since <= ranking.at and ranking.ended <= self.until


def while_unavailable(fault: Fault) -> Mapping[str, Said]:
    """What an answer has to say of itself while the fault lasts, by its subject."""
    if fault == Fault(Kind.KILL, "ranker"):
        return WITHOUT_RANKER
    if fault.part == "redis":
        return WITHOUT_REDIS
    return REBUILDING if fault.kind is Kind.FLUSH else FULL


def said(ranking: RankingRequest) -> Said:
    """What the answer says of itself.

    The popular list may also lack what the user has rated: that this was not read in time is said, and it is true of
    a busy machine.
    """
    words = ranking.degraded[:1] if ranking.rung == "popular" else ranking.degraded
    return ranking.rung, words


def is_full(ranking: RankingRequest) -> bool:
    return said(ranking) == FULL[ranking.subject]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The rankings of one round with one fault.

    Attributes:
        untrue: what answers say that is not so.
        within: answers given while the part was certainly unavailable.
        degraded: answers that are less than full, between the fault and the recovery.
        besides: answers that are less than full at other times, or in a way that the fault does not explain.
        recovery_s: from the fault until the end of the last answer that was less than full; 0 if each one was full.
        ranked_ms: how long each ranking took that was requested between the fault and the recovery.
    """

    untrue: tuple[str, ...]
    within: int
    degraded: int
    besides: tuple[str, ...]
    recovery_s: float
    ranked_ms: tuple[float, ...]


def judged(
    fault: Fault,
    rankings: Sequence[RankingRequest],
    *,
    span: Span | None,
    fault_at: float,
    recovered_at: float,
    refused_models: Sequence[str] = (),
) -> Verdict:
    """Judge the rankings of a round.

    Args:
        span: when the part was certainly unavailable, if that is known.
        fault_at, recovered_at: on the monotonic clock; outside of them every answer should be full.
        refused_models: versions of models that cannot be served.
    """
    degraded_says = while_unavailable(fault)
    answered = [each for each in rankings if each.outcome == "200"]
    untrue, besides, less = [], [], []
    for each in answered:
        is_within = span is not None and span.has(each)
        if is_within and said(each) != degraded_says[each.subject] and said(each) == FULL[each.subject]:
            untrue.append(f"{each.subject}: {said(each)} while {fault.name} lasted")
        if each.model in refused_models:
            untrue.append(f"{each.subject}: a ranking by {each.model}, which cannot be served")
        if is_full(each):
            continue
        is_meanwhile = fault_at <= each.ended and each.at <= recovered_at
        if is_meanwhile and said(each) == degraded_says[each.subject]:
            less.append(each)
        else:
            besides.append(f"{each.subject}: {said(each)} {each.at - fault_at:+.2f} s from {fault.name}")
    until = [each for each in rankings if fault_at <= each.ended and each.at <= recovered_at]
    return Verdict(
        untrue=tuple(untrue),
        within=sum(span is not None and span.has(each) for each in answered),
        degraded=len(less),
        besides=tuple(besides),
        recovery_s=round(max((each.ended - fault_at for each in less), default=0.0), 2),
        ranked_ms=tuple(round((each.ended - each.at) * 1_000, 1) for each in until),
    )


def rows(faults: Sequence[Injected]) -> list[tuple[str, ...]]:
    """One row per fault, in the order in which they were first injected; the columns are COLUMNS."""
    by_name: dict[str, list[Injected]] = defaultdict(list)
    for fault in faults:
        if not fault.skipped:
            by_name[fault.name].append(fault)
    return [_row(name, found) for name, found in by_name.items()]


def _row(name: str, faults: Sequence[Injected]) -> tuple[str, ...]:
    ranked_ms = [ms for fault in faults for ms in fault.ranked_ms]
    quantiles = (f"{np.percentile(ranked_ms, q):.0f}" if ranked_ms else "-" for q in (50, 99, 100))
    return (
        *(name, str(len(faults)), str(len(ranked_ms)), str(sum(fault.degraded for fault in faults)), *quantiles),
        _median_and_worst([fault.rank_recovery_s for fault in faults]),
        _median_and_worst([fault.recovery_s for fault in faults]),
        str(sum(fault.lost for fault in faults)),
        str(sum(fault.errors_5xx for fault in faults)),
        str(sum(len(fault.besides) for fault in faults)),
    )


def _median_and_worst(seconds: Sequence[float | None]) -> str:
    known = [each for each in seconds if each is not None]
    if len(known) < len(seconds):
        return f"{len(seconds) - len(known)} never"
    return f"{np.median(known):.1f}, {max(known):.1f}"
