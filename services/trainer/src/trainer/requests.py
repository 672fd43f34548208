"""What would have been asked in a window: a user's history, and what they liked afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from marquee.ids import IntArray
from marquee.ratings import POSITIVE, Ratings, UserState, newest
from trainer.windows import Window

MIN_EARLIER = 5
MIN_IN_WINDOW = 10


class Kind(StrEnum):
    """A: a known user, history before the cut. A2: history up to the middle of the user's ratings in the window."""

    A = "A"
    A2 = "A2"


@dataclass(frozen=True, slots=True)
class Request:
    """One list to rank.

    Attributes:
        history: what is known when asked. liked: (l,) movie ids rated 4 or more afterwards, ascending.
    """

    kind: Kind
    user_id: int
    history: UserState
    liked: IntArray


def requests(window: Window, kind: Kind, *, max_users: int, seed: int) -> list[Request]:
    """Every user the kind applies to, at most `max_users` by a seeded draw; who liked nothing afterwards is kept."""
    chosen = list(_all(window, kind))
    if len(chosen) > max_users:
        keep = np.random.default_rng(seed).choice(len(chosen), max_users, replace=False)
        chosen = [chosen[at] for at in np.sort(keep)]
    return chosen


def _all(window: Window, kind: Kind) -> Iterator[Request]:
    earlier, later = _by_user(newest(window.before)), _by_user(window.after)
    nothing = Ratings.empty()
    for user_id, after in later.items():
        before = earlier.get(user_id, nothing)
        if kind is Kind.A and len(before) < MIN_EARLIER:
            continue
        if kind is Kind.A2 and len(after) < MIN_IN_WINDOW:
            continue
        half = len(after) // 2 if kind is Kind.A2 else 0
        known = newest(Ratings.concat(before, after.take(slice(0, half))))
        asked = newest(after.take(slice(half, None)))
        liked = np.setdiff1d(asked.movie_id[asked.rating >= POSITIVE], known.movie_id)
        yield Request(kind, user_id, UserState.of(known.movie_id, known.rating, known.rated_at), liked)


def _by_user(ratings: Ratings) -> dict[int, Ratings]:
    """Each user's rows in the order given, by ascending user id."""
    order = np.argsort(ratings.user_id, kind="stable")
    ids, starts = np.unique(ratings.user_id[order], return_index=True)
    return {
        int(user_id): ratings.take(part)
        for user_id, part in zip(ids, np.split(order, starts[1:]), strict=bool(len(ids)))
    }
