"""Ranking examples of a window: a user's history, and what the user liked afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import numpy as np
from pydantic import Field, NonNegativeInt, PositiveInt

from marquee.arrays import BoolArray, IntArray
from marquee.retrieval.config import HyperParameters
from marquee.state.ratings import POSITIVE, Ratings, UserState, latest_per_movie
from trainer.windows import Window

MIN_EARLIER = 5
"""Ratings before the cut that make a known user."""
MIN_IN_WINDOW = 10
"""Ratings in the window that make a newcomer."""
EVALUATION_REVEALED = (0.5,)
"""Share of a newcomer's ratings in the window that is revealed as history at evaluation."""


class ExamplesConfig(HyperParameters):
    """Which examples a window gives for training."""

    at_most: PositiveInt = 400
    """Examples per window and kind. Larger: a better ranker, up to a point, after a longer training. 400 in 8 windows
    give at most 6,400 lists of about 300 candidates: 1.9 million rows, 0.6 GB."""
    far_at_most: NonNegativeInt = 400
    """Far examples per window: a known user with all that they like later, not in the label part alone. Larger: more
    lists of known users, of whom few come back within the label part; their likes lie farther from the cut."""
    revealed: Annotated[tuple[Annotated[float, Field(ge=0, lt=1)], ...], Field(min_length=1)] = (0.2, 0.5, 0.8)
    """Shares of a newcomer's ratings in the window that are history: one list each, so that the ranker sees short and
    long histories. Larger: longer histories, fewer likes to find."""


class Kind(StrEnum):
    """Whose list is ranked.

    The history of a known user ends at the cut. That of a newcomer also holds the first part of the user's ratings in
    the window; the rest is what to find.
    """

    KNOWN_USER = "known_user"
    NEWCOMER = "newcomer"


@dataclass(frozen=True, slots=True)
class Example:
    """One list to rank.

    Attributes:
        history: the ratings known when the list is ranked. liked: (l,) movie ids rated 4 or more afterwards, ascending.
        liked_at: (l,) int64 Unix milliseconds of these ratings.
    """

    kind: Kind
    user_id: int
    history: UserState
    liked: IntArray
    liked_at: IntArray

    def liked_before(self, rated_at: int) -> IntArray:
        """The movie ids liked before a time."""
        return self.liked[self.liked_at < rated_at]


def examples(
    window: Window, kind: Kind, *, at_most: int, seed: int, revealed: Sequence[float] = EVALUATION_REVEALED
) -> list[Example]:
    """One example per eligible user and revealed share, sampled down to `at_most` with `seed`.

    Users without a later like are kept.

    Args:
        revealed: shares of a newcomer's ratings in the window that are history; of a known user none of them is.
    """
    shares = (0.0,) if kind is Kind.KNOWN_USER else revealed
    earlier, later = _ByUser.of(latest_per_movie(window.before)), _ByUser.of(window.after)
    user_id = later.user_id[_is_eligible(kind, earlier.counts_of(later.user_id), later.counts_of(later.user_id))]
    chosen = [(share, at) for share in shares for at in user_id.tolist()]
    if len(chosen) > at_most:
        keep = np.random.default_rng(seed).choice(len(chosen), at_most, replace=False)
        chosen = [chosen[at] for at in np.sort(keep)]
    return [_example(kind, at, earlier.of_user(at), later.of_user(at), share) for share, at in chosen]


def far_examples(window: Window, *, at_most: int, seed: int) -> list[Example]:
    """Known users with all that they like after the cut; none where the label part is all that follows."""
    if len(window.later) <= len(window.after):
        return []
    return examples(Window(window.before, window.later, window.later), Kind.KNOWN_USER, at_most=at_most, seed=seed)


def _example(kind: Kind, user_id: int, before: Ratings, after: Ratings, share: float) -> Example:
    n_revealed = int(len(after) * share)
    known = latest_per_movie(Ratings.concat(before, after.take(slice(0, n_revealed))))
    hidden = latest_per_movie(after.take(slice(n_revealed, None)))
    liked = hidden.take((hidden.rating >= POSITIVE) & ~np.isin(hidden.movie_id, known.movie_id))
    history = UserState.of(known.movie_id, known.rating, known.rated_at)
    return Example(kind, user_id, history, liked.movie_id, liked.rated_at)


def _is_eligible(kind: Kind, before: IntArray, after: IntArray) -> BoolArray:
    """Which users make an example, by their numbers of ratings before the cut and in the window."""
    return before >= MIN_EARLIER if kind is Kind.KNOWN_USER else after >= MIN_IN_WINDOW


@dataclass(frozen=True, slots=True)
class _ByUser:
    """Ratings found by user, without an object for each of a million of them.

    Attributes:
        ratings: by user; each user's rows in the order given. user_id: (u,) distinct and ascending.
    """

    ratings: Ratings
    user_id: IntArray

    @classmethod
    def of(cls, ratings: Ratings) -> "_ByUser":
        user_id = ratings.user_id
        is_ordered = bool((user_id[1:] >= user_id[:-1]).all())
        ordered = ratings if is_ordered else ratings.take(np.argsort(user_id, kind="stable"))
        is_first = np.diff(ordered.user_id, prepend=ordered.user_id[:1] - 1) != 0
        return cls(ordered, ordered.user_id[is_first])

    def counts_of(self, user_id: IntArray) -> IntArray:
        """How many ratings each of these users has, 0 for one without any."""
        first = np.searchsorted(self.ratings.user_id, user_id)
        return np.searchsorted(self.ratings.user_id, user_id, side="right") - first

    def of_user(self, user_id: int) -> Ratings:
        """One user's rows; none for a user without any."""
        first, end = np.searchsorted(self.ratings.user_id, [user_id, user_id + 1])
        return self.ratings.take(slice(int(first), int(end)))
