"""Load curves: a kind of request at one rate after the other, up to more than the system keeps up with."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from marquee_cli.open_loop.arrivals import arrivals, climb, rates
from marquee_cli.open_loop.generator import send_all
from marquee_cli.open_loop.kinds import Kind, encoded
from marquee_cli.open_loop.steps import Saturation, Spread, Step, saturation, step_of

LAST_RATE = 8_000.0
WARM_UP_S = 1.0
SETTLE_S = 0.5
RECOVER_S = 3.0
"""After a step that was too much: longer than the gateway's pause after a ranker's timeout, and what is in hand."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How the curves are measured.

    Attributes:
        step_s: how long each rate lasts.
        limit_ms: of the 99th percentile, up to which the system counts as keeping up.
    """

    runs: int = 3
    step_s: float = 4.0
    limit_ms: float = 40.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A kind of request and the steps of each run."""

    name: str
    what: str
    runs: list[list[Step]] = field(default_factory=list)

    def saturations(self, limit_ms: float) -> list[Saturation]:
        return [saturation(steps, limit_ms) for steps in self.runs]

    def points(self) -> list["Point"]:
        """The runs' steps put together by rate, the lowest first."""
        steps = [step for run in self.runs for step in run]
        return [
            Point.of([step for step in steps if step.rate_per_s == rate])
            for rate in sorted({step.rate_per_s for step in steps})
        ]


@dataclass(frozen=True, slots=True)
class Point:
    """The steps of all runs at one rate.

    Attributes:
        steps: of the runs that count: those in which the generator was late are left out, unless it always was.
        late_runs: those.
    """

    rate_per_s: float
    steps: list[Step]
    late_runs: int

    @classmethod
    def of(cls, steps: Sequence[Step]) -> "Point":
        """Of at least one step."""
        in_time = [step for step in steps if not step.is_late]
        return cls(steps[0].rate_per_s, in_time or list(steps), len(steps) - len(in_time))

    @property
    def is_late(self) -> bool:
        return all(step.is_late for step in self.steps)

    def spread(self, figure: Callable[[Step], float]) -> Spread:
        """Over the runs that count."""
        return Spread.of([figure(step) for step in self.steps])

    def total(self, figure: Callable[[Step], int]) -> int:
        """Over the runs that count."""
        return sum(figure(step) for step in self.steps)


def curve_steps(url: str, kind: Kind, plan: Plan) -> Iterator[Step]:
    """One run of a curve, after a warm-up that is not counted."""
    _step(url, kind, kind.first_rate, WARM_UP_S, plan.limit_ms)
    was_too_much = False

    def measure(rate_per_s: float) -> Step:
        nonlocal was_too_much
        time.sleep(RECOVER_S if was_too_much else SETTLE_S)
        step = _step(url, kind, rate_per_s, plan.step_s, plan.limit_ms)
        was_too_much = step.is_too_much(plan.limit_ms)
        return step

    yield from climb(
        rates(kind.first_rate, LAST_RATE), measure, is_too_much=lambda step: step.is_too_much(plan.limit_ms)
    )


def _step(url: str, kind: Kind, rate_per_s: float, seconds: float, limit_ms: float) -> Step:
    at_s = arrivals(rate_per_s, seconds)
    host = urlsplit(url).netloc
    requests = [encoded(call, host) for call in kind.calls(len(at_s))]
    return step_of(rate_per_s, send_all(url, requests, at_s, kind.judge), limit_ms=limit_ms)
