"""The registry of models: what the events of models.v1 say about each of them, in one table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.errors import MarqueeError

SERVING = frozenset({ModelState.CHAMPION, ModelState.RETIRED})
"""States of models that serve, or have served."""


ROLLED_BACK_TO = "rolled back to"
"""How the reason of a model begins that somebody rolled back from."""


class CannotServe(MarqueeError):
    """One line: why a model does not get to serve."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model and where it is in its life; `event` is the newest one about it."""

    state: ModelState
    event: ModelChanged

    @property
    def version(self) -> str:
        return self.event.version


def registry(events: Iterable[ModelChanged]) -> tuple[Entry, ...]:
    """Every model that the events name, the champion first, then by the time of its last event, newest first.

    Args:
        events: in the order of the topic. Compaction may have removed all but the newest of each key.
    """
    past: dict[str, ModelChanged] = {}
    champion: ModelChanged | None = None
    for event in events:
        if event.status is ModelStatus.PUBLISHED:
            past[event.version] = event
        else:
            if champion is not None and champion.version != event.version:
                past.setdefault(champion.version, champion)  # one that an earlier release has replaced
            champion = event
    entries = [
        Entry(event.state or _state_of(event), event)
        for version, event in past.items()
        if champion is None or version != champion.version
    ]
    entries.sort(key=lambda entry: entry.event.changed_at, reverse=True)
    return (*([Entry(ModelState.CHAMPION, champion)] if champion is not None else []), *entries)


def _state_of(event: ModelChanged) -> ModelState:
    return ModelState.CANDIDATE if event.status is ModelStatus.PUBLISHED else ModelState.RETIRED


def champion_of(entries: Iterable[Entry]) -> Entry | None:
    """The model that serves."""
    return next((entry for entry in entries if entry.state is ModelState.CHAMPION), None)


def previous_of(entries: Iterable[Entry]) -> Entry | None:
    """The model to go back to unless another one is named: the first of `to_roll_back_to`."""
    return next(iter(to_roll_back_to(entries)), None)


def to_roll_back_to(entries: Iterable[Entry]) -> list[Entry]:
    """The models that served before the champion, the one that retired last first, without those rolled back from."""
    return [
        one for one in entries if one.state is ModelState.RETIRED and not one.event.reason.startswith(ROLLED_BACK_TO)
    ]


def check_decision(wanted: Entry, status: ModelStatus) -> None:
    """Whether somebody may decide that this model serves.

    Args:
        status: PROMOTED or ROLLED_BACK.
    Raises:
        CannotServe: it serves already, was refused, or is to be rolled back to and has never served.
    """
    if wanted.state is ModelState.CHAMPION:
        raise CannotServe(f"{wanted.version} serves already")
    if wanted.state is ModelState.REFUSED:
        raise CannotServe(f"{wanted.version} was refused ({wanted.event.reason}), so it cannot serve")
    if status is ModelStatus.ROLLED_BACK and wanted.state not in SERVING:
        raise CannotServe(f"{wanted.version} has never served, so there is no rolling back to it: promote it")


def decision(
    champion: ModelChanged | None, wanted: ModelChanged, status: ModelStatus, *, reason: str, now: datetime, by: str
) -> list[ModelChanged]:
    """The events by which a model gets to serve: the champion's record in the history, then what serves.

    Args:
        champion, wanted: the newest event about each. by: "gate", "watch" or "admin".
    """
    served = ModelChanged(
        version=wanted.version,
        status=status,
        location=wanted.location,
        metrics=wanted.metrics,
        reason=reason,
        changed_at=now,
        verdict=wanted.verdict,
        by=by,
    )
    if champion is None:
        return [served]
    why = f"{ROLLED_BACK_TO if status is ModelStatus.ROLLED_BACK else 'replaced by'} {wanted.version}"
    why += f": {reason}" if reason else ""
    return [champion.past(ModelState.RETIRED, changed_at=now, reason=why, by=by), served]
