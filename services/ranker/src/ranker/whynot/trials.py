"""Trials: the order as it would be with other ratings, ranked again in full, within a number of tries and a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from marquee.arrays import FloatArray, IntArray
from marquee.contracts.rank_request import RankRequest
from marquee.retrieval.history import History
from marquee.state.ratings import UserState
from ranker.online import KnownUser
from ranker.serving import Serving
from ranker.whynot.whole_order import whole_order

Changes = Mapping[int, float | None]
"""Stars by movie id: another rating, a new one, or (None) none any more."""


def with_changes(user: KnownUser, changes: Changes, *, now_ms: int) -> KnownUser:
    """The person with other ratings: changed ones keep their time, new ones are the newest, the last one of all."""
    state = user.state
    stars = dict(zip(state.movie_id.tolist(), state.rating.tolist(), strict=True)) | dict(changes)
    kept = np.array([stars[movie] is not None for movie in state.movie_id.tolist()], bool)
    rating = np.array([stars[movie] for movie in state.movie_id[kept].tolist()], np.float32)
    new = [(movie, given) for movie, given in changes.items() if given is not None and movie not in state.movie_id]
    at = max(now_ms, int(state.rated_at.max(initial=0)) + 1)
    return replace(
        user,
        state=UserState.of(
            np.concatenate([state.movie_id[kept], np.array([movie for movie, _ in new], np.int64)]),
            np.concatenate([rating, np.array([given for _, given in new], np.float32)]),
            np.concatenate([state.rated_at[kept], at + np.arange(len(new), dtype=np.int64)]),
        ),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a movie would stand.

    Attributes:
        rank: from 1; None outside of the whole order.
        margin: its score above that of the best movie that it keeps out of the first k, or, outside of them, above
            that of the k-th, which is negative; minus infinity outside of the whole order.
    """

    rank: int | None
    margin: float


@dataclass(frozen=True, slots=True)
class _Ordered:
    movie_id: IntArray
    score: FloatArray


@dataclass
class Trials:
    """Ranks again with changed ratings. One change is ranked once, however many movies ask about it.

    Args:
        now_ms: when a new rating is made. clock: seconds, never going back.
    """

    serving: Serving
    user: KnownUser
    request: RankRequest
    now_ms: int
    clock: Callable[[], float]
    _orders: dict[object, _Ordered] = field(default_factory=dict)

    @cached_property
    def history(self) -> History:
        """The ratings that the model knows, as they are."""
        return History.of(self.user.state, self.serving.catalog, self.serving.model.bundle.retrieval.config)

    @cached_property
    def stars(self) -> dict[int, float]:
        """The ratings as they are, by movie id."""
        return dict(zip(self.user.state.movie_id.tolist(), self.user.state.rating.tolist(), strict=True))

    def outcome(self, movie_id: int, changes: Changes) -> Outcome:
        """Where the movie stands once the ratings are changed."""
        order, k = self._order(changes), self.request.k
        found = np.flatnonzero(order.movie_id == movie_id)
        if not len(found):
            return Outcome(None, -np.inf)
        place = int(found[0])
        rival = k if place < k else k - 1
        margin = float(order.score[place] - order.score[rival]) if rival < len(order.score) else np.inf
        return Outcome(place + 1, margin)

    def _order(self, changes: Changes) -> _Ordered:
        new = tuple(movie for movie in changes if movie not in self.stars)  # later ones are newer
        key = (new, frozenset(changes.items()))
        if key not in self._orders:
            changed = with_changes(self.user, changes, now_ms=self.now_ms)
            order = whole_order(self.serving, changed, self.request)
            self._orders[key] = _Ordered(order.movie_id, order.score)
        return self._orders[key]


@dataclass(slots=True)
class Allowance:
    """How much may be tried for one movie: so many changes, and none after a time."""

    trials: Trials
    movie_id: int
    tries: int
    until: float
    tried: int = 0

    @property
    def is_spent(self) -> bool:
        return self.tried >= self.tries or self.trials.clock() >= self.until

    def outcome(self, changes: Changes) -> Outcome | None:
        """Where the movie would stand; None if nothing more may be tried."""
        if self.is_spent:
            return None
        self.tried += 1
        return self.trials.outcome(self.movie_id, changes)
