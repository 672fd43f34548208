"""Explaining: for each movie its place, reasons and gap, or the rule that keeps it out, and what would change that."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from marquee.contracts.explain_bodies import Exclusion, Explained, ExplainRequest, Explanation
from marquee.contracts.ranking_bodies import Freshness, RankMeta
from marquee.contracts.ranking_fields import FreshnessFields, card_without_details
from marquee.errors import refused_fields
from marquee.state.filters import MovieFilter
from ranker.answers import CardOf, rung_for
from ranker.online import KnownUser
from ranker.ranking import Order
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from ranker.whynot.counterfactual import counterfactual
from ranker.whynot.exclusion import exclusion
from ranker.whynot.gap import gap_to_last
from ranker.whynot.nearest import nearest_source, not_a_candidate
from ranker.whynot.placed import Placed, placed_movies
from ranker.whynot.sentences import explained_in_words
from ranker.whynot.trials import Allowance, Trials
from ranker.whynot.whole_order import whole_order


@dataclass(frozen=True, slots=True)
class Budget:
    """How much is searched for what would change a place.

    Attributes:
        tries: changes ranked again for one movie. seconds: for the whole request; a movie gets an equal share of what
            those before it have left.
    """

    tries: int = 40
    seconds: float = 0.4


def explained(
    serving: Serving,
    user: KnownUser,
    request: ExplainRequest,
    card_of: CardOf,
    watch: Stopwatch,
    freshness: FreshnessFields,
    *,
    budget: Budget,
    now_ms: int,
    clock: Callable[[], float],
) -> Explained:
    """The explanation of each movie of the request.

    Args:
        freshness: how old the model and the person's ratings are.
        now_ms: when a rating that is proposed would be made. clock: seconds, for the budget.
    Raises:
        Refused: 422, names the movies that nobody knows.
    """
    refuse_unknown(serving, request, card_of)
    order = whole_order(serving, user, request)
    watch.lap("rank")
    k = request.k
    placed = placed_movies(order, request.movie_ids, serving, card_of, watch, k=k, with_reasons=request.explain)
    watch.lap("explain")
    trials = Trials(serving, user, request, now_ms, clock)
    end, items = clock() + budget.seconds, []
    for at, movie_id in enumerate(request.movie_ids):
        share = max(end - clock(), 0.0) / (len(request.movie_ids) - at)
        allowance = Allowance(trials, movie_id, budget.tries, clock() + share)
        items.append(_explanation(order, placed.get(movie_id), allowance, card_of))
    watch.lap("search")
    rung, degraded = rung_for(user, order.rung)
    meta = RankMeta(
        rung=rung,
        degraded=tuple(degraded),
        freshness=Freshness(**freshness),
        candidates=len(order),
        timings_ms=watch.ms,
    )
    return Explained(model_version=serving.model.version, k=k, items=tuple(items), meta=meta)


def refuse_unknown(serving: Serving, request: ExplainRequest, card_of: CardOf) -> None:
    """Raises: Refused, 422, names the movies that neither the model nor the catalogue has."""
    rows = serving.catalog.rows(np.array(request.movie_ids, np.int64)).tolist()
    unknown = [
        (f"movie_ids[{at}]", f"unknown movie {movie_id}")
        for at, (movie_id, row) in enumerate(zip(request.movie_ids, rows, strict=True))
        if row < 0 and card_of(movie_id) is None
    ]
    if unknown:
        raise refused_fields(unknown)


def _explanation(order: Order, placed: Placed | None, allowance: Allowance, card_of: CardOf) -> Explanation:
    trials, movie_id, k = allowance.trials, allowance.movie_id, allowance.trials.request.k
    row = int(trials.serving.catalog.rows(np.array([movie_id], np.int64))[0])
    excluded_by = None if placed else _what_keeps_out(order, trials, movie_id, row)
    rank = placed.rank if placed else None
    gap = gap_to_last(order, placed.rank - 1, k) if placed else None
    in_list = placed is not None and placed.rank <= k
    what_if = counterfactual(
        trials.serving,
        allowance,
        card_of,
        row=row,
        in_list=in_list,
        rule=excluded_by.rule if excluded_by else None,
    )
    return Explanation(
        **(card_of(movie_id) or card_without_details(movie_id)),
        rank=rank,
        score=placed.score if placed else None,
        base=order.first(0).base,
        sources=placed.sources if placed else (),
        reasons=placed.reasons if placed else (),
        in_list=in_list,
        excluded_by=excluded_by,
        gap=gap,
        would_enter=what_if.would_enter,
        would_leave=what_if.would_leave,
        tried=what_if.tried,
        text=explained_in_words(rank, k, excluded_by, gap, what_if),
    )


def _what_keeps_out(order: Order, trials: Trials, movie_id: int, row: int) -> Exclusion:
    """The rule that keeps a movie out of the order; if none does, no source has chosen it."""
    serving, user, request = trials.serving, trials.user, trials.request
    rule = exclusion(serving, user, request, movie_id)
    if rule is not None:
        return rule
    allowed = MovieFilter.of(request.filters).mask(serving.movies.state)
    is_open = serving.movies.state.is_released if allowed is None else serving.movies.state.is_released & allowed
    left_out = [*user.state.movie_id.tolist(), *user.dismissed, *request.exclude]
    is_open = is_open & ~np.isin(serving.catalog.movie_id, left_out)
    return not_a_candidate(nearest_source(order.known, row, is_open))
