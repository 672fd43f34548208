"""When to train without a request: pure decisions on the state of the topics and the log. No clock, no IO.

Ratings are *calm* when few arrive compared with those in the log: live traffic is calm, a bulk load is not.
"""

from dataclasses import dataclass, replace
from typing import Self

CALM_ROWS_PER_S = 50.0
CALM_SHARE = 0.000_2
"""Ratings are calm while at most CALM_ROWS_PER_S rows per second arrive, or CALM_SHARE of the log in a settle time."""

CALM_LAG = 50
"""A training may begin while the log lacks up to this many records of ratings.v1 and catalog.v1, or CALM_SHARE."""

OVERDUE_IN_PATIENCES = 10.0
"""A training that has been due for this many times patience_s no longer waits for calm."""

LATE_METADATA_SHARE = 0.01
"""Once no more metadata comes, new metadata for this share of the movies is worth a training."""

PAUSE_IN_TRAININGS = 4.0
"""A pause lasts at least this many times the training before it: at most a fifth of the time is training."""

LONGEST_BACKOFF_S = 1_800.0
SOON_S = 2.0
"""First pause after a failure that passes by itself, such as a file that was merged while it was read."""


@dataclass(frozen=True, slots=True)
class LogSight:
    """What the topics and the event log hold at one moment.

    Attributes:
        ratings: rows of ratings.v1 in the event log.
        behind: records of ratings.v1 and catalog.v1 that the event log still lacks.
        metadata: end offsets of metadata.v1, summed.
        movies, enriched: listed movies, and those with metadata, in the log; both 0 while there is no model.
    """

    ratings: int
    behind: int = 0
    metadata: int = 0
    movies: int = 0
    enriched: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide; larger values train later (see TrainerSettings).

    Attributes:
        every_s: after so long a training is due if anything is new, however little; 0 for never.
    """

    settle_s: float
    patience_s: float
    growth: float
    pause_s: float
    every_s: float = 0.0


@dataclass(frozen=True, slots=True)
class TrainedOn:
    """What the newest model was trained on: rows of ratings in the log, and movies with metadata."""

    ratings: int
    enriched: int


@dataclass(frozen=True, slots=True)
class PastTrainings:
    """The trainings of this process so far; times are on the same clock as the sightings'.

    Attributes:
        ended_s: when the last one ended, None before the first. took_s: how long it took.
        failures: failed trainings in a row. is_passing: the last failure will probably pass by itself.
        model_s: when the newest model was made, also by an earlier process; None before the first.
    """

    ended_s: float | None = None
    took_s: float = 0.0
    failures: int = 0
    is_passing: bool = False
    model_s: float | None = None

    def after(
        self, *, ended_s: float, took_s: float, failed: bool = False, is_passing: bool = False
    ) -> "PastTrainings":
        """The same with one more training."""
        failures, model_s = (self.failures + 1, self.model_s) if failed else (0, ended_s)
        return type(self)(ended_s, took_s, failures, failed and is_passing, model_s)

    def free_at_s(self, rules: Rules) -> float:
        """The earliest time of the next training: after a pause, which doubles with each failure in a row."""
        if self.ended_s is None:
            return float("-inf")
        if not self.failures:
            return self.ended_s + max(rules.pause_s, PAUSE_IN_TRAININGS * self.took_s)
        first_s = SOON_S if self.is_passing else rules.pause_s
        doubled_s = first_s * 2.0 ** min(self.failures - 1, 20)
        return self.ended_s + min(doubled_s, max(LONGEST_BACKOFF_S, rules.pause_s))


@dataclass(frozen=True, slots=True)
class Sightings:
    """The looks of the last settle time, and since when ratings have been calm, metadata still, and a training due."""

    looks: tuple[tuple[float, LogSight], ...]  # (time, sight), oldest first
    calm_since_s: float | None  # of the ratings; None while they are not calm
    metadata_still_since_s: float
    due_since_s: float | None = None

    @classmethod
    def start(cls, sight: LogSight, *, now_s: float) -> Self:
        """The first look."""
        return cls(((now_s, sight),), None, now_s)

    @property
    def sight(self) -> LogSight:
        """The newest one."""
        return self.looks[-1][1]

    def next(self, sight: LogSight, known: TrainedOn | None, rules: Rules, *, now_s: float) -> Self:
        """The sightings after another look."""
        looks = (*self.looks, (now_s, sight))
        while len(looks) > 2 and looks[1][0] <= now_s - rules.settle_s:
            looks = looks[1:]
        is_calm = _is_calm(looks, settle_s=rules.settle_s, now_s=now_s)
        after = replace(self, looks=looks)
        if not is_calm or self.calm_since_s is None:
            after = replace(after, calm_since_s=looks[0][0] if is_calm else None)
        if sight.metadata != self.sight.metadata:
            after = replace(after, metadata_still_since_s=now_s)
        is_due = bool(sight.ratings) and reason(after, known, rules, now_s=now_s) is not None
        if not is_due or self.due_since_s is None:
            after = replace(after, due_since_s=now_s if is_due else None)
        return after


def _is_calm(looks: tuple[tuple[float, LogSight], ...], *, settle_s: float, now_s: float) -> bool:
    """Whether over a whole settle time the ratings hardly grew and the log kept up with the topics.

    If a log lacks records and does not grow, a large batch is being written, or nobody writes: neither is calm.
    """
    first_s, first = looks[0]
    last = looks[-1][1]
    elapsed_s = now_s - first_s
    grown = last.ratings - first.ratings
    if elapsed_s < settle_s or not keeps_up(last) or (last.behind and not grown):
        return False
    return abs(grown) <= max(CALM_ROWS_PER_S * elapsed_s, CALM_SHARE * last.ratings)


def keeps_up(sight: LogSight) -> bool:
    """Whether the log lacks so little of the topics that a training may ignore it."""
    return sight.behind <= max(CALM_LAG, CALM_SHARE * sight.ratings)


def reason(sightings: Sightings, known: TrainedOn | None, rules: Rules, *, now_s: float) -> str | None:
    """Why a training is wanted, however long it still has to wait; None if the model knows nearly all there is."""
    sight = sightings.sight
    if known is None:
        return "first model"
    if sight.ratings >= known.ratings * (1 + rules.growth):
        return "the log has grown"
    newly_enriched = sight.enriched - known.enriched
    if newly_enriched > 0 and newly_enriched >= rules.growth * sight.movies:
        return "more movies have metadata"
    has_arrived = now_s - sightings.metadata_still_since_s >= rules.patience_s
    if has_arrived and newly_enriched > 0 and newly_enriched >= LATE_METADATA_SHARE * sight.movies:
        return "the metadata has arrived"
    return None


def due(
    sightings: Sightings, known: TrainedOn | None, past: PastTrainings, rules: Rules, *, now_s: float
) -> str | None:
    """Why to train now, or None.

    The first training waits for calm ratings, and then at most patience_s for metadata to stop coming. Later ones wait
    for calm ratings, and for the pause after the training before.
    """
    if not sightings.sight.ratings or now_s < past.free_at_s(rules) or not keeps_up(sightings.sight):
        return None
    if not _is_overdue(sightings, rules, now_s) and not _has_settled(sightings, known, rules, now_s):
        return None
    why = reason(sightings, known, rules, now_s=now_s)
    if why is None and known is not None and _is_scheduled(sightings.sight, known, past, rules, now_s):
        return f"every {rules.every_s:g} s"
    return why


def _is_scheduled(sight: LogSight, known: TrainedOn, past: PastTrainings, rules: Rules, now_s: float) -> bool:
    is_new = sight.ratings > known.ratings or sight.enriched > known.enriched
    return bool(rules.every_s) and past.model_s is not None and now_s - past.model_s >= rules.every_s and is_new


def _is_overdue(sightings: Sightings, rules: Rules, now_s: float) -> bool:
    since_s = sightings.due_since_s
    return since_s is not None and now_s - since_s >= OVERDUE_IN_PATIENCES * rules.patience_s


def _has_settled(sightings: Sightings, known: TrainedOn | None, rules: Rules, now_s: float) -> bool:
    if sightings.calm_since_s is None:
        return False
    if known is not None:
        return True
    is_metadata_still = now_s - sightings.metadata_still_since_s >= rules.settle_s
    return is_metadata_still or now_s - sightings.calm_since_s >= rules.patience_s
