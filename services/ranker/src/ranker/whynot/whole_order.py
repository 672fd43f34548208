"""The whole order that places are counted in: the one that the list is cut from, and as long for a cold person."""

from marquee.contracts.rank_request import MAX_K, RankRequest
from marquee.contracts.ranking_bodies import Rung
from ranker.online import KnownUser
from ranker.ranking import Order
from ranker.serving import Serving
from ranker.subjects import order_for


def whole_order(serving: Serving, user: KnownUser, request: RankRequest) -> Order:
    """Every movie that retrieval found for the person, best first.

    A list for somebody without ratings is picked movie by movie; its order ends at the longest list that can be
    asked for.
    """
    order = order_for(serving, user, request, at_least=request.k)
    return order if order.rung is not Rung.COLD else order_for(serving, user, request, at_least=MAX_K)
