"""What one step of a curve saw, a constant rate for some seconds: good answers alone make its latencies. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from statistics import median

import numpy as np

from marquee_cli.open_loop.arrivals import FloatArray

LATE_MS, LATE_SHARE = 4.0, 0.1
"""The generator was late if its 99th percentile is above both, the second one of the system's 99th percentile: what is
less than a tenth of an overloaded system's latency did not make it.
"""
GOOD_SHARE = 0.99
"""Of all requests of a step that the system keeps up with."""
HARDLY_GOOD_SHARE = 0.9
"""Of all requests of a step; below, no higher rate is worth trying."""


class Verdict(StrEnum):
    """What became of one request."""

    GOOD = "good"
    OTHER = "other"  # 2xx, but not what is measured: the popular list, or a kept answer in place of a computed one
    REFUSED = "refused"  # 429, or 503 with Retry-After: the system said no
    FAILED = "failed"  # another status, or the connection broke
    OVERDUE = "overdue"  # no answer in time


def judged(
    status: int, body: bytes, *, may_retry: bool, marks: tuple[bytes, ...] = (), unwanted: tuple[bytes, ...] = ()
) -> Verdict:
    """The verdict on an answer.

    Args:
        may_retry: it has the header Retry-After.
        marks: bytes that each good answer contains. unwanted: bytes that none contains.
    """
    if 200 <= status < 300:
        is_it = all(mark in body for mark in marks) and not any(mark in body for mark in unwanted)
        return Verdict.GOOD if is_it else Verdict.OTHER
    return Verdict.REFUSED if status == 429 or (status == 503 and may_retry) else Verdict.FAILED


@dataclass(frozen=True, slots=True)
class Samples:
    """All requests of a step, in the order of their intended times.

    Attributes:
        latency_s: (n,) from the intended time to the whole answer; NaN without one.
        late_s: (n,) from the intended time until the generator handed the request over.
        cpu_s: processor time of the generator, for all of them.
        most_open: connections that were open at once.
    """

    verdicts: list[Verdict]
    latency_s: FloatArray
    late_s: FloatArray
    cpu_s: float
    most_open: int


@dataclass(frozen=True, slots=True)
class Step:
    """A rate and what it met; milliseconds of good answers, NaN if there is none.

    Attributes:
        within_share: of all requests, those with a good answer within the limit.
        late_p99_ms: how late the generator sent.
        cpu_ms: the generator's own processor time per request.
    """

    rate_per_s: float
    requests: int
    good: int
    other: int
    refused: int
    failed: int
    overdue: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    within_share: float
    late_p99_ms: float
    cpu_ms: float
    most_open: int

    @property
    def good_share(self) -> float:
        return self.good / self.requests

    @property
    def is_late(self) -> bool:
        """The generator could not send at this rate, so that the figures are not the system's alone."""
        share_ms = 0.0 if np.isnan(self.p99_ms) else LATE_SHARE * self.p99_ms
        return self.late_p99_ms > max(LATE_MS, share_ms)

    def is_met(self, limit_ms: float) -> bool:
        """The system kept up: nearly all answers are good, and the 99th percentile is within the limit."""
        return not self.is_late and self.good_share >= GOOD_SHARE and self.p99_ms <= limit_ms

    def is_too_much(self, limit_ms: float) -> bool:
        """Refusals or a queue: more than a slow moment of the machine, which does not move the median."""
        return self.good_share < HARDLY_GOOD_SHARE or self.p50_ms > limit_ms


def step_of(rate_per_s: float, samples: Samples, *, limit_ms: float) -> Step:
    """The figures of a step."""
    is_good = np.array([verdict is Verdict.GOOD for verdict in samples.verdicts])
    latency_ms = samples.latency_s[is_good] * 1_000
    p50, p99, most = np.percentile(latency_ms, (50, 99, 100)) if is_good.any() else (np.nan,) * 3
    counts = {verdict.value: samples.verdicts.count(verdict) for verdict in Verdict}
    return Step(
        rate_per_s,
        len(samples.verdicts),
        **counts,
        p50_ms=float(p50),
        p99_ms=float(p99),
        max_ms=float(most),
        within_share=float((latency_ms <= limit_ms).sum() / len(samples.verdicts)),
        late_p99_ms=float(np.percentile(samples.late_s, 99)) * 1_000,
        cpu_ms=samples.cpu_s * 1_000 / len(samples.verdicts),
        most_open=samples.most_open,
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, smallest and largest of several runs."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """Of at least one value; NaN if any of them is."""
        if any(np.isnan(values)):
            return cls(np.nan, np.nan, np.nan)
        return cls(median(values), min(values), max(values))

    def text(self, digits: int) -> str:
        """`5.9 (5.7-6.3)`, one number if all are written alike, and a dash for NaN."""
        if np.isnan(self.median):
            return "–"
        middle, low, high = (f"{value:,.{digits}f}" for value in (self.median, self.least, self.most))
        return middle if low == high else f"{middle} ({low}–{high})"


@dataclass(frozen=True, slots=True)
class Saturation:
    """The highest rate that the system kept up with.

    Attributes:
        per_s: 0 if it kept up with none; None if that is not known, as the generator was late at the lowest rates.
        is_beyond: no higher rate was too much for the system: none was tried, or the generator was late at all of them.
    """

    per_s: float | None
    is_beyond: bool


def saturation(steps: list[Step], limit_ms: float) -> Saturation:
    """Of one run of a curve, the lowest rate first."""
    met = [step.rate_per_s for step in steps if step.is_met(limit_ms)]
    if not met and steps[0].is_late:
        return Saturation(None, is_beyond=False)
    highest = max(met, default=0.0)
    above = [step for step in steps if step.rate_per_s > highest]
    return Saturation(highest, is_beyond=all(step.is_late for step in above))
