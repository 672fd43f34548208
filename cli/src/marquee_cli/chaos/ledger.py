"""What the clients saw: each rating with its fate, each ranking with its answer. Pure bookkeeping, no IO."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NEVER = float("inf")


@dataclass(slots=True)
class Sent:
    """One rating; times in seconds on the monotonic clock."""

    number: int
    event_id: str
    user_id: int
    movie_id: int
    first_sent: float
    accepted_at: float = NEVER
    refusal: str = ""  # a 4xx: it will never be accepted
    receipt: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One ranking request. `outcome`: 200 and so on, refused (no connection, or it broke) or timeout."""

    at: float
    ended: float
    outcome: str
    untrue: str = ""  # why the answer is not a true one
    rung: str = ""


@dataclass(slots=True)
class Ledger:
    """Everything sent and asked so far. A rating that is open may count or not: no 202 was seen for it."""

    ratings: list[Sent] = field(default_factory=list)
    accepted: list[Sent] = field(default_factory=list)  # in the order in which they were
    open: dict[int, Sent] = field(default_factory=dict)  # by number
    by_id: dict[str, Sent] = field(default_factory=dict)
    rankings: list[Asked] = field(default_factory=list)

    def send(self, sent: Sent) -> None:
        self.ratings.append(sent)
        self.open[sent.number] = sent
        self.by_id[sent.event_id] = sent

    def accept(self, sent: Sent, at: float, receipt: dict[str, Any]) -> None:
        sent.accepted_at, sent.receipt = at, receipt
        self.accepted.append(sent)
        self.open.pop(sent.number, None)

    def refuse(self, sent: Sent, why: str) -> None:
        sent.refusal = why
        self.open.pop(sent.number, None)

    def refused(self) -> list[Sent]:
        return [sent for sent in self.ratings if sent.refusal]

    def accepted_between(self, start: float, end: float) -> int:
        return sum(start <= sent.accepted_at < end for sent in self.accepted)


def unreachable_s(rankings: Sequence[Asked]) -> float:
    """Seconds without any answer: from the first request that got none to the next that got one, or to its own end."""
    total, since, end = 0.0, None, 0.0
    for asked in sorted(rankings, key=lambda asked: asked.at):
        if asked.outcome in ("refused", "timeout"):
            since = asked.at if since is None else since
            end = asked.ended
        elif since is not None:
            total += asked.at - since
            since = None
    return total + (end - since if since is not None else 0.0)


def excusable(
    accepted_at: float, broker_deaths: Sequence[float], *, before_s: float = 1.3, after_s: float = 0.5
) -> bool:
    """Whether the embedded broker may have lost it: acknowledged in the last second before the broker's own death.

    It acknowledges up to 1.1 s before it writes; `after_s` covers answers that were on their way.
    """
    return any(death - before_s <= accepted_at <= death + after_s for death in broker_deaths)
