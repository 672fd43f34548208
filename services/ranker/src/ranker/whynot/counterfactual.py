"""Counterfactual: what would bring a movie into the list, or take it out, as the answer has it."""

from dataclasses import dataclass

from marquee.contracts.explain_bodies import ChangedRating, Rule, WithoutRating, WouldEnter, WouldLeave
from ranker.answers import CardOf, titles_of
from ranker.serving import Serving
from ranker.whynot.entering import would_enter
from ranker.whynot.leaving import would_leave
from ranker.whynot.search import Found, Search
from ranker.whynot.trials import Allowance


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What was found; at most one of both. `tried` changes were ranked again for it."""

    would_enter: WouldEnter | None = None
    would_leave: WouldLeave | None = None
    tried: int = 0


def counterfactual(
    serving: Serving, allowance: Allowance, card_of: CardOf, *, row: int, in_list: bool, rule: Rule | None
) -> Counterfactual:
    """Search for the smallest change of ratings that moves one movie across the end of the list.

    Args:
        row: the movie's catalogue row. rule: what keeps it out of the order, if anything does.
    """
    trials, k = allowance.trials, allowance.trials.request.k
    titles, now = titles_of(card_of), trials.stars
    if in_list:
        found = would_leave(serving, allowance, row=row, k=k)
        gone = found and [
            WithoutRating(movie_id=movie, title=titles(movie), rating=now[movie]) for movie in found.changes
        ]
        leaves = WouldLeave(without=tuple(gone), rank_after=found.rank) if found and gone else None
        return Counterfactual(would_leave=leaves, tried=allowance.tried)
    found = _entering(serving, allowance, row=row, k=k, rule=rule)
    if found is None or found.rank is None:
        return Counterfactual(tried=allowance.tried)
    changes = [
        ChangedRating(movie_id=movie, title=titles(movie), rating=stars, rating_before=now.get(movie))
        for movie, stars in found.changes.items()
    ]
    return Counterfactual(WouldEnter(changes=tuple(changes), rank_after=found.rank), tried=allowance.tried)


def _entering(serving: Serving, allowance: Allowance, *, row: int, k: int, rule: Rule | None) -> Found | None:
    """Other ratings help a movie that no rule excludes; one that was rated, only the loss of that rating."""
    trials = allowance.trials
    match rule:
        case None | Rule.NOT_A_CANDIDATE:
            seen = {*trials.user.dismissed, *trials.request.exclude}
            return would_enter(serving, allowance, row=row, k=k, seen=seen)
        case Rule.RATED:
            return Search([{allowance.movie_id: None}], allowance, k, into=True, largest=1).smallest()
        case _:
            return None
