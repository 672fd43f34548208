"""Ranking again what was answered, with the champion and with a shadow: what the trainer is told comes from here."""

from collections.abc import Callable
from dataclasses import dataclass
from time import thread_time

import numpy as np

from marquee.contracts.rank_request import Filters, RankRequest
from marquee.features.distribution import Seen
from marquee.state.ratings import POSITIVE
from ranker.beside.tally import Looked
from ranker.explain.reasons import check_account
from ranker.online import KnownUser
from ranker.ranking import Order, Ranked, order_for_user
from ranker.serving import Serving

FIRST = 10
NO_FILTERS = Filters()
MIN_RATINGS = 5
"""Of a user whose features are compared with training, where known users have as many."""


class SomebodyWaits(Exception):  # it is no error
    """A request came while this was computed, and goes first."""


class ShadowFailed(Exception):
    """A shadow could not rank; one line says how."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A ranking for a user that was answered; it is ranked again as a list without wishes."""

    user_id: int
    user: KnownUser
    serving: Serving


def is_plain(request: RankRequest, user: KnownUser) -> bool:
    """Whether a ranking says something of the model: a known user's, without wishes that may leave no movie."""
    has_wishes = bool(request.overrides or request.mute or request.exclude) or request.filters != NO_FILTERS
    return request.user_id is not None and not has_wishes and user.missing is None and len(user.state) > 0


def is_comparable(user: KnownUser) -> bool:
    """Whether a user's features may be compared with training.

    Of somebody with few ratings, or who likes nothing or everything, some features are the same for every movie: that
    is who asks and no fault.
    """
    likes = user.state.rating >= POSITIVE
    return len(user.state) >= MIN_RATINGS and bool(likes.any()) and not bool(likes.all())


def looked_at(asked: Asked, *, with_features: bool) -> Looked:
    """The champion's ranking once more."""
    order, _, ms = _timed(asked.serving, asked.user)
    return Looked(ms, ms, is_finite=_is_finite(order), seen=_seen(order, asked.serving) if with_features else None)


def compared(asked: Asked, shadow: Serving, *, is_free: Callable[[], bool], with_features: bool) -> Looked:
    """A shadow's ranking beside the champion's.

    Raises:
        SomebodyWaits: between the two, and nothing is to be counted.
        ShadowFailed: the shadow cannot rank for this user.
    """
    _, ours, champion_ms = _timed(asked.serving, asked.user)
    if not is_free():
        raise SomebodyWaits
    try:
        order, theirs, ms = _timed(shadow, asked.user)
        if is_finite := _is_finite(order):
            check_account(theirs)
    except Exception as error:  # whatever a broken model raises
        raise ShadowFailed(f"{type(error).__name__}: {error}") from error
    common = len(np.intersect1d(ours.movie_id, theirs.movie_id))
    return Looked(
        ms,
        champion_ms,
        overlap=common / len(ours) if len(ours) else 1.0,
        is_finite=is_finite,
        is_empty=len(ours) > 0 and not len(theirs),
        seen=_seen(order, shadow) if with_features else None,
    )


def _timed(serving: Serving, user: KnownUser) -> tuple[Order, Ranked, float]:
    """The order, its first ten with the account of their scores, and the milliseconds of processor time."""
    started = thread_time()
    exclude = tuple(user.dismissed)
    order = order_for_user(serving.model, serving.movies, user.state, at_least=FIRST, exclude=exclude)
    first = order.first(FIRST)
    return order, first, (thread_time() - started) * 1_000


def _is_finite(order: Order) -> bool:
    return bool(np.isfinite(order.score).all())


def _seen(order: Order, serving: Serving) -> Seen | None:
    training = serving.model.bundle.distribution
    if training is None or order.known is None:
        return None
    seen = Seen()
    seen.add(order.known.x, training)
    return seen
