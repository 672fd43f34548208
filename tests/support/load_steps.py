"""Steps of a load curve, as if they had been measured."""

from typing import Any

from marquee_cli.open_loop.steps import Step


def a_step(
    rate_per_s: float, *, p50_ms: float = 1.0, p99_ms: float = 5.0, good: int = 100, late_p99_ms: float = 0.1
) -> Step:
    """A hundred requests, those that are not good refused."""
    counts: dict[str, Any] = {"other": 0, "refused": 100 - good, "failed": 0, "overdue": 0}
    rest: dict[str, Any] = {"max_ms": p99_ms, "within_share": 1.0, "cpu_ms": 0.1, "most_open": 1}
    return Step(rate_per_s, 100, good, **counts, **rest, p50_ms=p50_ms, p99_ms=p99_ms, late_p99_ms=late_p99_ms)
