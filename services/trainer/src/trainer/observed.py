"""What the rankers' processes counted of one model, put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from marquee.contracts.serving_reports import FeatureSeen, ServingReported


@dataclass(frozen=True, slots=True)
class Observed:
    """One model in one role, in all processes. The fields are those of `ServingReported`.

    Attributes:
        overlap, ms, champion_ms: weighted by the rankings that were compared; None without any.
        features: by name; the index is the mean of the processes', weighted by their lists.
        error: one of the last ones.
    """

    rankings: int = 0
    errors: int = 0
    empty: int = 0
    users: int = 0
    failed_users: int = 0
    empty_users: int = 0
    compared: int = 0
    not_finite: int = 0
    overlap: float | None = None
    ms: float | None = None
    champion_ms: float | None = None
    seen_lists: int = 0
    features: Mapping[str, FeatureSeen] = field(default_factory=dict)
    error: str = ""

    @classmethod
    def of(cls, reports: Iterable[ServingReported]) -> Self:
        """The newest report of each process, all of one model and role."""
        known = list(reports)

        def mean(name: str) -> float | None:
            parts = [(getattr(one, name), one.compared) for one in known if getattr(one, name) is not None]
            weight = sum(count for _, count in parts)
            return sum(value * count for value, count in parts) / weight if weight else None

        def total(name: str) -> int:
            return sum(getattr(one, name) for one in known)

        return cls(
            rankings=total("rankings"),
            errors=total("errors"),
            empty=total("empty"),
            users=total("users"),
            failed_users=total("failed_users"),
            empty_users=total("empty_users"),
            compared=total("compared"),
            not_finite=total("not_finite"),
            overlap=mean("overlap"),
            ms=mean("ms"),
            champion_ms=mean("champion_ms"),
            seen_lists=total("seen_lists"),
            features=_together(known),
            error=next((one.error for one in known if one.error), ""),
        )

    def share(self, users: int) -> float:
        """Of all users of its rankings."""
        return users / self.users if self.users else 0.0


def _together(reports: Iterable[ServingReported]) -> dict[str, FeatureSeen]:
    found: dict[str, FeatureSeen] = {}
    lists: dict[str, int] = {}
    for report in reports:
        for one in report.features:
            before, n = found.get(one.name), lists.get(one.name, 0)
            lists[one.name] = n + report.seen_lists
            if before is not None and lists[one.name]:
                index = (before.index * n + one.index * report.seen_lists) / lists[one.name]
                known, varies = before.known + one.known, before.varies + one.varies
                one = one.model_copy(update={"index": index, "known": known, "varies": varies})  # noqa: PLW2901  # the sum takes its place
            found[one.name] = one
    return found
