"""The clients' record: every rating with its outcome, every ranking request with its answer. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

NEVER = float("inf")


@dataclass(slots=True)
class Sent:
    """One rating that was sent; times in seconds on the monotonic clock."""

    number: int
    event_id: str
    user_id: int
    movie_id: int
    first_sent: float
    accepted_at: float = NEVER
    refusal: str = ""  # a 4xx: sending it again is pointless
    receipt: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RankingRequest:
    """One ranking request. `outcome`: a status such as 200, refused (no connection, or a broken one) or timeout."""

    at: float
    ended: float
    outcome: str
    untrue: str = ""  # what the answer says wrongly about itself
    rung: str = ""
    degraded: tuple[str, ...] = ()
    subject: str = ""  # user (with a long history), stranger or movie
    model: str | None = None  # the version that the answer names


@dataclass(slots=True)
class Ledger:
    """Everything sent so far. An open rating has no 202 yet, so it may or may not have been applied."""

    ratings: list[Sent] = field(default_factory=list)
    accepted: list[Sent] = field(default_factory=list)  # in order of acceptance
    open: dict[int, Sent] = field(default_factory=dict)  # by number
    by_id: dict[str, Sent] = field(default_factory=dict)
    rankings: list[RankingRequest] = field(default_factory=list)

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


def unreachable_s(rankings: Sequence[RankingRequest]) -> float:
    """Seconds without any answer: from each unanswered request to the next answered one, or to its own end."""
    total, since, end = 0.0, None, 0.0
    for each in sorted(rankings, key=lambda request: request.at):
        if each.outcome in ("refused", "timeout"):
            since = each.at if since is None else since
            end = each.ended
        elif since is not None:
            total += each.at - since
            since = None
    return total + (end - since if since is not None else 0.0)


def excusable(
    accepted_at: float, broker_deaths: Sequence[float], *, before_s: float = 1.3, after_s: float = 0.5
) -> bool:
    """Whether the embedded broker may have lost the rating: it was acknowledged just before the broker was killed.

    The broker acknowledges up to 1.1 s before it writes; `after_s` covers answers still in transit.
    """
    return any(death - before_s <= accepted_at <= death + after_s for death in broker_deaths)
