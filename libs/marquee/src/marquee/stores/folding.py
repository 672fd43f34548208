"""What arriving ratings and withdrawals change: the pure step between events and the online store."""

from dataclasses import dataclass

from marquee.state.item_stats import ItemStats, merged
from marquee.state.ratings import Ratings, latest_per_movie, not_withdrawn


@dataclass(frozen=True, slots=True)
class Folded:
    """The users' histories after the arrival, and what that adds to (or takes from) the movies' counts."""

    after: Ratings
    delta: ItemStats


def fold(before: Ratings, arrived: Ratings) -> Folded:
    """Apply ratings, in order of arrival, to the histories of the users they belong to.

    Args:
        before: one row per user and movie: the whole history of every user in `arrived`.
        arrived: any rows; per user and movie the newest wins; if several are equally new, the last one. A row without
            stars (NaN) takes back what came before it.
    Returns:
        `after`, sorted by user and movie, without users who have no rating left; `delta`, so that counts + delta =
        counts of `after`. However the rows are divided between calls, the last `after` is the same.
    """
    after = latest_per_movie(not_withdrawn(Ratings.concat(before, arrived)))
    return Folded(after, merged(ItemStats.of(after), ItemStats.of(before, sign=-1)))
