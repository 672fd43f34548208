"""Counts of what one model does in one process, as the trainer hears of them. No clock, no IO."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from marquee.contracts.serving_reports import FeatureSeen, Role, ServingReported
from marquee.features.distribution import Distribution, Seen
from marquee.features.vector import NAMES

MOST_USERS = 1_000
LONGEST = timedelta(hours=1)
"""Counting begins again after so many users, or so long: a model that served well for a week may fail today."""
LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class Looked:
    """One ranking that was computed again beside its answer.

    Attributes:
        ms: processor time. champion_ms: of the champion's ranking of the same user.
        overlap: share of the champion's first ten that are in this model's first ten; None of the champion itself.
        is_finite: every score is a number. is_empty: it has no movie although the champion's has.
        seen: of its features; None without a model, or if they are not compared with training.
    """

    ms: float
    champion_ms: float
    overlap: float | None = None
    is_finite: bool = True
    is_empty: bool = False
    seen: Seen | None = None


@dataclass(slots=True)
class Tally:
    """What a model did since a moment; for the event loop alone."""

    process: str
    version: str
    role: Role
    training: Distribution | None
    since: datetime
    rankings: int = 0
    errors: int = 0
    empty: int = 0
    compared: int = 0
    not_finite: int = 0
    error: str = ""
    is_changed: bool = False
    seen: Seen = field(default_factory=Seen)
    _users: set[int] = field(default_factory=set)
    _failed: set[int] = field(default_factory=set)
    _empty: set[int] = field(default_factory=set)
    _looked_at: set[int] = field(default_factory=set)
    _overlap: float = 0.0
    _ms: float = 0.0
    _champion_ms: float = 0.0

    def answered(self, user_id: int, *, movies: int) -> None:
        """A ranking for a user was computed."""
        self._count(user_id)
        if not movies:
            self.empty += 1
            self._empty.add(user_id)

    def failed(self, user_id: int | None, error: str) -> None:
        """A ranking for a user could not be computed; of nobody, the model cannot be used at all."""
        if user_id is not None:
            self._count(user_id)
        self._fault(user_id, error)

    def has_looked_at(self, user_id: int) -> bool:
        """Whether the features of a list of this user are counted already."""
        return user_id in self._looked_at

    def looked(self, user_id: int, found: Looked) -> None:
        """A ranking was computed again; a shadow has no others."""
        self.is_changed = True
        self.compared += 1
        self._ms += found.ms
        self._champion_ms += found.champion_ms
        self._overlap += found.overlap or 0.0
        if self.role is Role.SHADOW:
            self.answered(user_id, movies=0 if found.is_empty else 1)
        if not found.is_finite:
            self.not_finite += 1
            if self.role is Role.CHAMPION:
                self._fault(user_id, "a score is no number")
        if found.seen is not None and user_id not in self._looked_at:
            self.seen.merge(found.seen)
        self._looked_at.add(user_id)

    @property
    def has_failed_as_shadow(self) -> bool:
        """It is told again and again: a trainer that was away has to hear of it."""
        return self.role is Role.SHADOW and self.errors > 0

    def is_over(self, now: datetime) -> bool:
        """Whether counting has to begin again. A shadow's does not: it is over soon."""
        return self.role is Role.CHAMPION and (len(self._users) >= MOST_USERS or now - self.since >= LONGEST)

    def report(self, now: datetime) -> ServingReported:
        """What was counted until now."""
        n, is_shadow = self.compared, self.role is Role.SHADOW
        return ServingReported(
            process=self.process,
            version=self.version,
            role=self.role,
            since=self.since,
            reported_at=now,
            rankings=self.rankings,
            errors=self.errors,
            empty=self.empty,
            users=len(self._users),
            failed_users=len(self._failed),
            empty_users=len(self._empty),
            compared=n,
            not_finite=self.not_finite,
            overlap=self._overlap / n if n and is_shadow else None,
            ms=self._ms / n if n else None,
            champion_ms=self._champion_ms / n if n else None,
            seen_lists=self.seen.lists,
            features=self._features(),
            error=self.error,
        )

    def _count(self, user_id: int) -> None:
        self.is_changed = True
        self.rankings += 1
        self._users.add(user_id)

    def _fault(self, user_id: int | None, error: str) -> None:
        self.is_changed = True
        self.errors += 1
        if user_id is not None:
            self._failed.add(user_id)
        self.error = " ".join(error.split())[:LONGEST_ERROR]

    def _features(self) -> tuple[FeatureSeen, ...]:
        training, seen = self.training, self.seen
        if training is None or not seen.lists:
            return ()
        columns = (
            seen.stability(training).round(4).tolist(),
            seen.known.tolist(),
            seen.varies.tolist(),
            training.known.tolist(),
            training.varies.tolist(),
        )
        return tuple(
            FeatureSeen(name=name, index=index, known=known, varies=varies, trained_known=had, trained_varies=varied)
            for name, index, known, varies, had, varied in zip(NAMES, *columns, strict=True)
        )
