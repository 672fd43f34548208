"""When to train by itself: pure decisions over what is seen of the log. No clock, no IO."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class LogSight:
    """What stands in the topics and in the offline log at one moment.

    Attributes:
        ratings: rows of ratings.v1 in the offline log.
        produced: end offsets summed over all topics; metadata.v1's alone in `metadata`.
        behind: records of ratings.v1 and catalog.v1 that the offline log still lacks.
    """

    ratings: int
    produced: int
    metadata: int
    behind: int


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen last, and since when the ratings, and everything, have stood still."""

    sight: LogSight
    ratings_still_since_s: float
    all_still_since_s: float

    @classmethod
    def start(cls, sight: LogSight, *, now_s: float) -> "Watch":
        return cls(sight, now_s, now_s)

    def next(self, sight: LogSight, *, now_s: float) -> "Watch":
        """The watch after another look."""
        seen = replace(self, sight=sight)
        if sight.produced - sight.metadata != self.sight.produced - self.sight.metadata or sight.behind:
            seen = replace(seen, ratings_still_since_s=now_s)
        if sight.produced != self.sight.produced or sight.behind:
            seen = replace(seen, all_still_since_s=now_s)
        return seen

    def is_settled(self, *, now_s: float, settle_s: float, patience_s: float) -> bool:
        """Everything stood still for settle_s; or the ratings for patience_s while metadata trickles in."""
        if not self.sight.ratings or self.sight.behind:
            return False
        return now_s - self.all_still_since_s >= settle_s or now_s - self.ratings_still_since_s >= patience_s


def wants_training(watch: Watch, *, trained_rows: int | None, growth: float) -> bool:
    """There is no model yet, or the log has grown by the given share since the model was made."""
    return trained_rows is None or watch.sight.ratings >= trained_rows * (1 + growth)
