"""Whom a request ranks for, and the whole order that every kind of answer about them is cut from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from marquee.contracts.rank_request import MAX_K, GuestRating, Override, RankRequest
from marquee.errors import refused_fields
from marquee.state.filters import MovieFilter
from marquee.state.movie_table import RowArray
from marquee.state.ratings import UserState
from ranker.diversity import POOL_FACTOR, diversified
from ranker.mute import Muted
from ranker.online import KnownUser
from ranker.ranking import Order, Ranked, order_for_user
from ranker.serving import Serving
from ranker.similar_order import order_similar


def guest(ratings: Sequence[GuestRating], *, now_ms: int) -> KnownUser:
    """Somebody without an id who has just given these ratings, one millisecond after the other, the last one now."""
    count = len(ratings)
    movie_id = np.array([rating.movie_id for rating in ratings], np.int64)
    stars = np.array([rating.rating for rating in ratings], np.float32)
    return KnownUser(UserState.of(movie_id, stars, now_ms - np.arange(count, dtype=np.int64)[::-1]))


def with_overrides(user: KnownUser, overrides: Sequence[Override]) -> KnownUser:
    """The user if these ratings had been other ones, at the same times, or had not been made.

    Raises:
        Refused: 422, names the overrides of movies that the user has not rated. While the user's history is not known
            to be current these are skipped instead.
    """
    if not overrides:
        return user
    state = user.state
    unrated = [at for at, each in enumerate(overrides) if each.movie_id not in state.movie_id]
    if unrated and user.missing is None:
        raise refused_fields([(f"overrides[{at}].movie_id", "the user has not rated this movie") for at in unrated])
    stars = {each.movie_id: each.rating for each in overrides}
    rating = [stars.get(movie, given) for movie, given in zip(state.movie_id.tolist(), state.rating, strict=True)]
    kept = np.array([each is not None for each in rating], bool)
    changed = np.array([each for each in rating if each is not None], np.float32)
    return replace(user, state=UserState(state.movie_id[kept], changed, state.rated_at[kept]))


def order_for(serving: Serving, user: KnownUser, request: RankRequest, *, at_least: int) -> Order:
    """All movies that the request may rank for a user, best first; the one order behind rankings and explanations.

    Args:
        at_least: how many movies to fill up to.
    """
    muted = Muted.of(request.mute)
    world = muted.world(serving) if muted else serving
    order = order_for_user(
        world.model,
        world.movies,
        user.state,
        at_least=at_least,
        exclude=(*request.exclude, *user.dismissed),
        allowed=MovieFilter.of(request.filters).mask(serving.movies.state),
    )
    return muted.order(order) if muted else order


@dataclass(frozen=True, slots=True)
class Shown:
    """What the first page shows of an order.

    Attributes:
        places: (k,) in the order.
    """

    order: Order
    places: RowArray

    @property
    def is_all(self) -> bool:
        """Nothing is left for a next page."""
        return len(self.places) == len(self.order)

    def ranked(self) -> Ranked:
        """The shown movies with the account of their scores."""
        return self.order.take(self.places)


def shown_for(serving: Serving, user: KnownUser, request: RankRequest) -> Shown:
    """The order and the first k of it, chosen from a larger pool if the request wants diversity."""
    if request.diversity == 0:
        order = order_for(serving, user, request, at_least=request.k)
        return Shown(order, np.arange(min(request.k, len(order))))
    pool = min(request.k * POOL_FACTOR, len(serving.catalog))
    order = order_for(serving, user, request, at_least=pool)
    genres, score = serving.catalog.genres[order.row[:pool]], order.score[:pool]
    return Shown(order, diversified(score, genres, k=request.k, diversity=request.diversity))


def similar_for(serving: Serving, movie_id: int, request: RankRequest) -> Shown:
    """The k movies most similar to one, of those that the request wants, and those that its next pages show.

    Raises:
        KeyError: the model does not know the movie.
    """
    order = order_similar(
        serving.model,
        serving.movies,
        movie_id,
        k=max(request.k + 1, MAX_K),
        at_once=request.k + 1,  # one more than shown says that there is a next page
        exclude=request.exclude,
        allowed=MovieFilter.of(request.filters).mask(serving.movies.state),
        content=request.content,
    )
    return Shown(order, np.arange(min(request.k, len(order))))
