"""What would have been asked in a window: a user's history, and what they liked afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from marquee.arrays import IntArray
from marquee.state.ratings import POSITIVE, Ratings, UserState, latest_per_movie
from trainer.windows import Window

MIN_EARLIER = 5
MIN_IN_WINDOW = 10
HALF = (0.5,)
"""How much of the window A2 is told when it is judged."""
ANY_PART = (0.2, 0.5, 0.8)
"""And when it is learned from: users are asked early and late, and three lists come of one snapshot."""


class Kind(StrEnum):
    """A: a known user, history before the cut. A2: a part of the user's ratings in the window is history too."""

    A = "A"
    A2 = "A2"


@dataclass(frozen=True, slots=True)
class Example:
    """One list to rank.

    Attributes:
        history: what is known when asked. liked: (l,) movie ids rated 4 or more afterwards, ascending.
    """

    kind: Kind
    user_id: int
    history: UserState
    liked: IntArray


def requests(window: Window, kind: Kind, *, at_most: int, seed: int, told: Sequence[float] = HALF) -> list[Example]:
    """Every user the kind applies to, at most so many requests by a seeded draw; who liked nothing afterwards is kept.

    Args:
        told: shares of a user's ratings in the window that are history, one request each; A is told nothing of them.
    """
    shares = (0.0,) if kind is Kind.A else told
    chosen = [one for share in shares for one in _all(window, kind, share)]
    if len(chosen) > at_most:
        keep = np.random.default_rng(seed).choice(len(chosen), at_most, replace=False)
        chosen = [chosen[at] for at in np.sort(keep)]
    return chosen


def _all(window: Window, kind: Kind, share: float) -> Iterator[Example]:
    earlier, later = _by_user(latest_per_movie(window.before)), _by_user(window.after)
    nothing = Ratings.empty()
    for user_id, after in later.items():
        before = earlier.get(user_id, nothing)
        if kind is Kind.A and len(before) < MIN_EARLIER:
            continue
        if kind is Kind.A2 and len(after) < MIN_IN_WINDOW:
            continue
        told = int(len(after) * share)
        known = latest_per_movie(Ratings.concat(before, after.take(slice(0, told))))
        asked = latest_per_movie(after.take(slice(told, None)))
        liked = np.setdiff1d(asked.movie_id[asked.rating >= POSITIVE], known.movie_id)
        yield Example(kind, user_id, UserState.of(known.movie_id, known.rating, known.rated_at), liked)


def _by_user(ratings: Ratings) -> dict[int, Ratings]:
    """Each user's rows in the order given, by ascending user id."""
    order = np.argsort(ratings.user_id, kind="stable")
    ids, starts = np.unique(ratings.user_id[order], return_index=True)
    return {
        int(user_id): ratings.take(part)
        for user_id, part in zip(ids, np.split(order, starts[1:]), strict=bool(len(ids)))
    }
