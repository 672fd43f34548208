"""A page of a kept order as the ranking that reasons are given for."""

import numpy as np

from marquee.errors import gone
from marquee.explanation.attribution import contributions
from marquee.features.context import RankContext
from marquee.retrieval.candidates import Candidates
from marquee.retrieval.history import History
from marquee.retrieval.sources import retrieve
from marquee.state.movie_table import RowArray
from marquee.state.ratings import UserState
from ranker.pinning.bins import Bins
from ranker.pinning.kept_order import Accounted, KeptOrder, Modelled
from ranker.ranking import ModelInput, Ranked
from ranker.serving import Serving


def page_of(order: KeptOrder, page: slice, user: UserState, serving: Serving, bins: Bins | None) -> Ranked:
    """The movies of a page with the account of their kept scores.

    Args:
        user: as they were when the order was made.
        serving: the model that made the order; the movies' state may be a later one, which no kept score depends on.
        bins: of that model.
    Raises:
        Refused: 410, a movie of it is newer than all that this process has read of the catalogue.
        ValueError: a model ordered the movies, and serving has none.
    """
    every = serving.catalog.rows(order.movie_id)
    if (every < 0).any():
        raise gone("ranking", "a movie of this ranking is not known here yet; ask for a new ranking")
    match order.of:
        case Modelled():
            return _modelled(order, order.of, page, every, user, serving, bins)
        case Accounted(parts, sources):
            return Ranked(
                rung=order.rung,
                row=every[page],
                movie_id=order.movie_id[page],
                score=order.score[page],
                base=order.base,
                contribution=parts[page],
                codes=order.codes,
                sources=tuple(tuple(names) for names in sources[page]),
                history=History.of(user, serving.catalog, serving.model.bundle.retrieval.config),
                muted=order.muted,
            )


def _modelled(
    order: KeptOrder, of: Modelled, page: slice, every: RowArray, user: UserState, serving: Serving, bins: Bins | None
) -> Ranked:
    trees, codes = serving.model.bundle.trees, serving.model.codes
    if trees is None or bins is None:
        raise ValueError("a model ordered these movies, and there is none now")
    x = bins.decode(of.x[page])
    kept = [codes.index(code) for code in order.codes]
    candidates, context = _context(every, of, user, serving)
    row = every[page]
    at = np.searchsorted(candidates.row, row)
    return Ranked(
        rung=order.rung,
        row=row,
        movie_id=order.movie_id[page],
        score=order.score[page],
        base=order.base,
        contribution=contributions(trees, x)[:, kept],
        codes=order.codes,
        sources=candidates.sources(at),
        history=context.history,
        model_input=ModelInput(context, x),
        muted=order.muted,
    )


def _context(every: RowArray, of: Modelled, user: UserState, serving: Serving) -> tuple[Candidates, RankContext]:
    """The candidates as they were chosen, all of the order's rows, and the user against them."""
    retrieval = serving.model.bundle.retrieval
    ascending = np.argsort(every)
    candidates = Candidates(every[ascending], of.rank[:, ascending].astype(np.int64))
    history = History.of(user, serving.catalog, retrieval.config)
    retrieved = retrieve(retrieval, serving.movies.state, history)
    return candidates, RankContext(retrieval, serving.movies, history, retrieved, candidates)
