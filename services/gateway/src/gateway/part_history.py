"""What is known of each part, and since when, from one look to the next. Pure: the time is an argument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marquee.contracts.pipeline_bodies import PartName, PartStatus, PipelinePart

NO_ANSWER = "no_answer"

Readiness = Mapping[str, Any] | None
"""The body of a service's /readyz; None: it did not answer."""
State = tuple[PartStatus, tuple[str, ...]]


def state_of(readiness: Readiness) -> State:
    """Of a service, from its own account of what it needs."""
    if readiness is None:
        return PartStatus.DEGRADED, (NO_ANSWER,)
    troubles = tuple(sorted(name for name, each in readiness["dependencies"].items() if not each["ok"]))
    return (PartStatus.DEGRADED if troubles else PartStatus.OK), troubles


def state_of_store(name: str, accounts: Sequence[Readiness]) -> State:
    """Of the broker or Redis, from what those say who need it: it works if it works for all of them."""
    found = [each["dependencies"][name]["ok"] for each in accounts if each and name in each["dependencies"]]
    if not found:
        return PartStatus.UNKNOWN, ()
    return (PartStatus.OK, ()) if all(found) else (PartStatus.DEGRADED, (NO_ANSWER,))


@dataclass(slots=True)
class PartHistory:
    """Remembers each part's status."""

    _parts: dict[PartName, PipelinePart] = field(default_factory=dict)

    def note(self, name: PartName, state: State, *, now: datetime) -> PipelinePart:
        """One look at a part."""
        status, troubles = state
        before = self._parts.get(name)
        is_as_before = before is not None and (before.status, before.troubles) == state
        part = PipelinePart(
            name=name,
            status=status,
            troubles=troubles,
            since=before.since if before and is_as_before else now,
            last_ok_at=now if status is PartStatus.OK else before.last_ok_at if before else None,
        )
        self._parts[name] = part
        return part
