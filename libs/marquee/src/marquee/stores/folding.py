"""What arriving ratings change: the pure step between events and both stores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marquee.contracts.events import MoviesRated
from marquee.state.item_stats import ItemStats, merged
from marquee.state.ratings import Ratings, latest_per_movie


@dataclass(frozen=True, slots=True)
class Folded:
    """The users' histories after the arrival, and what that adds to (or takes from) the movies' counts."""

    after: Ratings
    delta: ItemStats


def fold(before: Ratings, arrived: Ratings) -> Folded:
    """Apply ratings, in order of arrival, to the histories of the users they belong to.

    Args:
        before: one row per user and movie: the whole history of every user in `arrived`.
        arrived: any rows; per user and movie the newest wins; if several are equally new, the last one.
    Returns:
        `after`, sorted by user and movie; `delta`, so that counts + delta = counts of `after`.
        Folding the same rows a second time changes nothing.
    """
    after = latest_per_movie(Ratings.concat(before, arrived))
    return Folded(after, merged(ItemStats.of(after), ItemStats.of(before, sign=-1)))


def columns(events: Sequence[MoviesRated]) -> Ratings:
    """The events' ratings as one table, in the order given."""
    if not events:
        return Ratings.empty()
    lengths = [len(event.movie_id) for event in events]
    return Ratings(
        np.repeat(np.array([event.user_id for event in events], np.int64), lengths),
        np.concatenate([np.array(event.movie_id, np.int64) for event in events]),
        np.concatenate([np.array(event.rating, np.float32) for event in events]),
        np.concatenate([np.array(event.rated_at_ms, np.int64) for event in events]),
    )
