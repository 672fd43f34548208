"""When to train by itself: pure decisions over what is seen of the topics and the log. No clock, no IO.

Ratings are *calm* when few arrive beside those that are there: a bulk load is not calm, live traffic is.
"""

from dataclasses import dataclass, replace

CALM_ROWS_PER_S = 50.0
CALM_SHARE = 0.000_2
"""Calm: up to so many rows a second, or within one settle time so small a share of what is there."""

CALM_LAG = 50
"""Records of ratings.v1 and catalog.v1 that the log may lack for a training, or CALM_SHARE of its rows."""

OVERDUE_IN_PATIENCES = 10.0
"""A training that has been due for so many times patience_s no longer waits for calm."""

LATE_METADATA_SHARE = 0.01
"""Once no more metadata comes, so large a share of the movies is worth a training."""

PAUSE_IN_TRAININGS = 4.0
"""The pause after a training is at least so many times what it took: at most a fifth of the time is training."""

LONGEST_BACKOFF_S = 1_800.0
SOON_S = 2.0
"""After a failure that passes by itself, such as a file that was merged while it was read."""


@dataclass(frozen=True, slots=True)
class LogSight:
    """What stands in the topics and in the offline log at one moment.

    Attributes:
        ratings: rows of ratings.v1 in the offline log.
        behind: records of ratings.v1 and catalog.v1 that the offline log still lacks.
        metadata: end offsets of metadata.v1, summed.
        movies, enriched: listed movies, and those with metadata, in the log; both 0 as long as there is no model.
    """

    ratings: int
    behind: int = 0
    metadata: int = 0
    movies: int = 0
    enriched: int = 0


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide. Larger values train later."""

    settle_s: float
    patience_s: float
    growth: float
    pause_s: float


@dataclass(frozen=True, slots=True)
class Known:
    """What the newest model was trained on: rows of the log, and movies with metadata."""

    ratings: int
    enriched: int


@dataclass(frozen=True, slots=True)
class Past:
    """The trainings of this process so far; times are those of the watch.

    Attributes:
        ended_s: when the last one ended, None before the first. took_s: how long it took.
        failures: failed trainings in a row. is_passing: the last failure is likely to pass by itself.
    """

    ended_s: float | None = None
    took_s: float = 0.0
    failures: int = 0
    is_passing: bool = False

    def after(self, *, ended_s: float, took_s: float, failed: bool = False, is_passing: bool = False) -> "Past":
        """The past after one more training."""
        return Past(ended_s, took_s, self.failures + 1 if failed else 0, failed and is_passing)

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
class Watch:
    """The looks of the last settle time, and since when things have been as they are."""

    looks: tuple[tuple[float, LogSight], ...]
    calm_since_s: float | None  # of the ratings; None while they are not calm
    metadata_still_since_s: float
    due_since_s: float | None = None

    @classmethod
    def start(cls, sight: LogSight, *, now_s: float) -> "Watch":
        return cls(((now_s, sight),), None, now_s)

    @property
    def sight(self) -> LogSight:
        return self.looks[-1][1]

    def next(self, sight: LogSight, known: Known | None, rules: Rules, *, now_s: float) -> "Watch":
        """The watch after another look."""
        looks = (*self.looks, (now_s, sight))
        while len(looks) > 2 and looks[1][0] <= now_s - rules.settle_s:
            looks = looks[1:]
        is_calm = _is_calm(looks, settle_s=rules.settle_s, now_s=now_s)
        seen = replace(self, looks=looks)
        if not is_calm or self.calm_since_s is None:
            seen = replace(seen, calm_since_s=looks[0][0] if is_calm else None)
        if sight.metadata != self.sight.metadata:
            seen = replace(seen, metadata_still_since_s=now_s)
        is_due = bool(sight.ratings) and reason(seen, known, rules, now_s=now_s) is not None
        if not is_due or self.due_since_s is None:
            seen = replace(seen, due_since_s=now_s if is_due else None)
        return seen


def _is_calm(looks: tuple[tuple[float, LogSight], ...], *, settle_s: float, now_s: float) -> bool:
    """Over a whole settle time the ratings hardly grew, and the log keeps up with the topics.

    A log that lacks records and does not move has a large batch in hand, or nobody who writes it.
    """
    first_s, first = looks[0]
    last = looks[-1][1]
    elapsed_s = now_s - first_s
    grown = last.ratings - first.ratings
    if elapsed_s < settle_s or not keeps_up(last) or (last.behind and not grown):
        return False
    return abs(grown) <= max(CALM_ROWS_PER_S * elapsed_s, CALM_SHARE * last.ratings)


def keeps_up(sight: LogSight) -> bool:
    """The log lacks so little of the topics that a training may ignore it."""
    return sight.behind <= max(CALM_LAG, CALM_SHARE * sight.ratings)


def reason(watch: Watch, known: Known | None, rules: Rules, *, now_s: float) -> str | None:
    """Why a training is wanted, whenever it may begin; None if the model knows nearly all there is."""
    sight = watch.sight
    if known is None:
        return "first model"
    if sight.ratings >= known.ratings * (1 + rules.growth):
        return "the log has grown"
    newly_enriched = sight.enriched - known.enriched
    if newly_enriched > 0 and newly_enriched >= rules.growth * sight.movies:
        return "more movies have metadata"
    has_arrived = now_s - watch.metadata_still_since_s >= rules.patience_s
    if has_arrived and newly_enriched > 0 and newly_enriched >= LATE_METADATA_SHARE * sight.movies:
        return "the metadata has arrived"
    return None


def due(watch: Watch, known: Known | None, past: Past, rules: Rules, *, now_s: float) -> str | None:
    """Why to train now, or None.

    The first training waits until the ratings are calm, and then for the metadata to stand still, but no longer than
    patience_s. A later one waits for calm ratings alone, and for the pause after the training before it.
    """
    if not watch.sight.ratings or now_s < past.free_at_s(rules) or not keeps_up(watch.sight):
        return None
    is_overdue = watch.due_since_s is not None and now_s - watch.due_since_s >= OVERDUE_IN_PATIENCES * rules.patience_s
    return reason(watch, known, rules, now_s=now_s) if is_overdue or _has_settled(watch, known, rules, now_s) else None


def _has_settled(watch: Watch, known: Known | None, rules: Rules, now_s: float) -> bool:
    if watch.calm_since_s is None:
        return False
    if known is not None:
        return True
    is_metadata_still = now_s - watch.metadata_still_since_s >= rules.settle_s
    return is_metadata_still or now_s - watch.calm_since_s >= rules.patience_s
