"""From the first page to the whole order: worked out after the answer was sent."""

import numpy as np

from marquee.contracts.rank_request import MAX_K, RankRequest
from marquee.contracts.ranking_bodies import Rung
from marquee.features.describe import Described
from marquee.state.movie_table import RowArray
from ranker.answers import FirstPage
from ranker.diversity import POOL_FACTOR, diversified
from ranker.pinning.bins import Bins
from ranker.pinning.kept_order import Accounted, KeptOrder, Modelled
from ranker.ranking import Order, Ranked
from ranker.serving import Serving
from ranker.subjects import Shown, order_for


def kept_order(page: FirstPage, request: RankRequest, serving: Serving, bins: Bins | None) -> KeptOrder:
    """The order whose first movies are those of the page, then the others of the same ranking.

    A ranking that chooses among all movies (similar, cold) is kept to its first MAX_K.

    Args:
        serving: what the page was made with. bins: of its model, None without one.
    """
    order, known = page.shown.order, page.shown.order.known
    if order.rung is Rung.SIMILAR:
        return _accounted(order.whole().first(MAX_K))
    if known is not None and bins is not None and page.ranked.model_input is not None:
        return _modelled(page, order, known, _shown_first(page.shown, order, request, serving), bins)
    if known is None:
        order = order_for(serving, page.user, request, at_least=max(MAX_K, len(order)) - 1)
    return _accounted(order.take(_shown_first(page.shown, order, request, serving)))


def _modelled(page: FirstPage, order: Order, known: Described, places: RowArray, bins: Bins) -> KeptOrder:
    row = order.row[places]
    at = np.searchsorted(known.candidates.row, row)
    scored = Modelled(known.candidates.rank[:, at].astype(np.int8), bins.encode(known.x[at]))
    ranked = page.ranked
    return KeptOrder(
        ranked.rung, ranked.base, ranked.codes, order.movie_id[places], order.score[places], scored, ranked.muted
    )


def _accounted(every: Ranked) -> KeptOrder:
    parts = Accounted(every.contribution, every.sources)
    return KeptOrder(every.rung, every.base, every.codes, every.movie_id, every.score, parts, every.muted)


def _shown_first(shown: Shown, order: Order, request: RankRequest, serving: Serving) -> RowArray:
    """All places of the order: the shown ones, then the others, best first or page by page as diverse as wanted.

    Args:
        order: of the shown page, or a longer one that begins with it.
    """
    rest = np.delete(np.arange(len(order)), shown.places)
    if request.diversity == 0:
        return np.concatenate([shown.places, rest])
    pages = [shown.places]
    while len(rest):
        pool = rest[: request.k * POOL_FACTOR]
        genres = serving.catalog.genres[order.row[pool]]
        chosen = diversified(order.score[pool], genres, k=request.k, diversity=request.diversity)
        pages.append(pool[chosen])
        rest = np.delete(rest, chosen)
    return np.concatenate(pages)
