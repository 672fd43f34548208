"""A group's order: everybody's candidates, described and scored for each of them, and blended."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marquee.arrays import BoolArray, FloatArray
from marquee.contracts.rank_request import Blend, RankRequest
from marquee.features.describe import Described, described
from marquee.state.filters import MovieFilter
from marquee.state.movie_table import RowArray
from ranker.blend import best_first, blended, strengths
from ranker.cold import popular_and_diverse
from ranker.diversity import POOL_FACTOR, diversified
from ranker.mute import Muted
from ranker.online import KnownUser
from ranker.ranking import Order, Ranked, order_by_popularity, order_of, rows_of
from ranker.serving import Serving


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """Every movie that could be ranked for a group, best first.

    Attributes:
        row: (m,) intp catalogue rows. score: (m,) the blend of the strengths. strength: (p, m) of each person.
        orders: of each person, of the same movies.
    """

    row: RowArray
    score: FloatArray
    strength: FloatArray
    orders: tuple[Order, ...]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, places: RowArray) -> list[Ranked]:
        """For each person the movies at these places, in this order, with the account of the person's scores."""
        return [order.take(_places(order, self.row[places])) for order in self.orders]


def group_order_for(
    serving: Serving, users: Sequence[KnownUser], request: RankRequest, blend: Blend, *, at_least: int
) -> GroupOrder:
    """Order the movies that none of the users has rated or dismissed.

    Every movie that retrieval finds for any of them is described for all of them: a user nobody has seen is taken to
    want what is popular.

    Args:
        users: known or not, at least one.
        at_least: how many movies to fill up to with popular ones, which come last.
    """
    muted = Muted.of(request.mute)
    world = muted.world(serving) if muted else serving
    retrieval, state = world.model.bundle.retrieval, world.movies.state
    gone = rows_of(serving.catalog, [*request.exclude, *_rated_or_dismissed(users)])
    allowed = MovieFilter.of(request.filters).mask(serving.movies.state)
    people = [described(retrieval, world.movies, user.state, excluded_rows=gone, allowed=allowed) for user in users]
    is_open = state.is_released.copy() if allowed is None else state.is_released & allowed
    is_open[gone] = False
    found = _found(people, popular_and_diverse(state, is_open, k=retrieval.config.per_source)[0])
    row = _filled_up(found, is_open, state.prior, at_least=at_least)
    orders = [
        order_by_popularity(state, row) if each is None else order_of(world.model, state, each.with_rows(row))
        for each in people
    ]
    if muted:
        orders = [muted.order(order) for order in orders]
    strength = strengths(np.stack([order.score[_places(order, row)] for order in orders]), np.isin(row, found))
    best = best_first(strength, blend, np.isin(row, found), state.prior[row])
    return GroupOrder(row[best], blended(strength, blend)[best], strength[:, best], tuple(orders))


def group_places(order: GroupOrder, serving: Serving, request: RankRequest) -> RowArray:
    """(k,) places of the movies to show: the first, chosen from a larger pool if the request wants diversity."""
    pool = request.k * POOL_FACTOR
    genres = serving.catalog.genres[order.row[:pool]]
    return diversified(order.score[:pool], genres, k=request.k, diversity=request.diversity)


def _rated_or_dismissed(users: Sequence[KnownUser]) -> set[int]:
    return {movie for user in users for movie in (*user.state.movie_id.tolist(), *user.dismissed)}


def _found(people: Sequence[Described | None], popular: RowArray) -> RowArray:
    """The rows of everybody's candidates, ascending; a user of whom nothing is known has the popular ones."""
    return np.unique(np.concatenate([popular if each is None else each.candidates.row for each in people]))


def _filled_up(found: RowArray, is_open: BoolArray, prior: FloatArray, *, at_least: int) -> RowArray:
    """The found rows and the most popular others, ascending, while there are any."""
    others = np.setdiff1d(np.flatnonzero(is_open), found)
    others = others[np.argsort(-prior[others])[: max(at_least - len(found), 0)]]
    return np.sort(np.concatenate([found, others]))


def _places(order: Order, rows: RowArray) -> RowArray:
    """Where in an order each of these rows stands."""
    ascending = np.argsort(order.row)
    places: RowArray = ascending[np.searchsorted(order.row, rows, sorter=ascending)]
    return places
