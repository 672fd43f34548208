"""A group's request in, the finished answer out: one list, with every person's part of each card."""

from collections.abc import Sequence

from marquee.contracts.rank_request import GroupSubject, RankRequest
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.ranking_fields import (
    MemberFields,
    RankedCardFields,
    RankingFields,
    ReasonFields,
    card_without_details,
)
from ranker.answers import CardOf, answered, as_time, freshness_of, no_reasons, titles_of
from ranker.diversity import POOL_FACTOR
from ranker.explain.reasons import user_reasons
from ranker.groups import GroupOrder, group_order_for, group_places
from ranker.online import KnownUser
from ranker.ranking import Ranked
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch


def group_answer(
    serving: Serving,
    subject: GroupSubject,
    users: Sequence[KnownUser],
    request: RankRequest,
    card_of: CardOf,
    watch: Stopwatch,
    *,
    ranking_id: str,
) -> RankingFields:
    """The ranking for a group; its score is the blend of the people's strengths, and the reasons are theirs.

    Args:
        users: of the subject's ids, in their order.
    """
    pool = request.k if request.diversity == 0 else request.k * POOL_FACTOR
    order = group_order_for(serving, users, request, subject.blend, at_least=pool)
    places = group_places(order, serving, request)
    ranked = order.take(places)
    watch.lap("rank")
    reasons = [no_reasons(each) for each in ranked]
    if request.explain:
        reasons = _reasons(serving, ranked, card_of, watch)
    _count(watch, order, users)
    watch.lap("explain")
    freshness = freshness_of(serving)
    if newest := [int(user.state.rated_at[-1]) for user in users if len(user.state)]:
        freshness["user_updated_at"] = as_time(max(newest))
    rungs = [_rung_of(user, each) for user, each in zip(users, ranked, strict=True)]
    items = [
        _card(
            ranked, at, float(order.score[place]), card_of, _members(subject, order, ranked, reasons, rungs, at, place)
        )
        for at, place in enumerate(places.tolist())
    ]
    return answered(serving, items, _worst(rungs), _missing(users, rungs), freshness, watch, ranking_id)


def _reasons(
    serving: Serving, ranked: Sequence[Ranked], card_of: CardOf, watch: Stopwatch
) -> list[list[list[ReasonFields]]]:
    """Everybody's reasons; what is counted on the way is counted of all people together."""
    found, tried = [], 0
    for each in ranked:
        found.append(user_reasons(each, serving, titles_of(card_of), watch))
        tried += watch.counts.pop("ratings_tried", 0)
    watch.count("ratings_tried", tried)
    watch.count("sums_checked", sum(map(len, ranked)))
    return found


def _members(
    subject: GroupSubject,
    order: GroupOrder,
    ranked: Sequence[Ranked],
    reasons: Sequence[Sequence[list[ReasonFields]]],
    rungs: Sequence[Rung],
    at: int,
    place: int,
) -> list[MemberFields]:
    """Everybody's part of the card at one place of the list; `place` is the one in the order."""
    return [
        {
            "user_id": user_id,
            "strength": float(order.strength[person, place]),
            "score": float(ranked[person].score[at]),
            "base": ranked[person].base,
            "rung": rungs[person],
            "reasons": reasons[person][at],
        }
        for person, user_id in enumerate(subject.user_ids)
    ]


def _card(
    ranked: Sequence[Ranked], at: int, score: float, card_of: CardOf, people: list[MemberFields]
) -> RankedCardFields:
    movie_id = int(ranked[0].movie_id[at])
    return {
        **(card_of(movie_id) or card_without_details(movie_id)),
        "rank": at + 1,
        "score": score,
        "base": 0.0,
        "sources": tuple(dict.fromkeys(name for each in ranked for name in each.sources[at])),
        "reasons": [],
        "people": people,
    }


def _rung_of(user: KnownUser, ranked: Ranked) -> Rung:
    """As if the person were asked for alone."""
    return Rung.STALE if user.missing is not None and len(user.state) else ranked.rung


def _worst(rungs: Sequence[Rung]) -> Rung:
    """Stale or without a model if one is; cold only if all are."""
    known = [rung for rung in rungs if rung is not Rung.COLD]
    return max(known, key=list(Rung).index, default=Rung.COLD)


def _missing(users: Sequence[KnownUser], rungs: Sequence[Rung]) -> list[str]:
    model = ["model"] if Rung.RETRIEVAL in rungs else []
    return [*model, *dict.fromkeys(user.missing for user in users if user.missing is not None)]


def _count(watch: Stopwatch, order: GroupOrder, users: Sequence[KnownUser]) -> None:
    """Note how many went through the stages, of all people together but for the candidates, which they share."""
    watch.count("ratings", sum(len(user.state) for user in users))
    watch.count("candidates", len(order))
    watch.count("scored", sum(len(order) for each in order.orders if each.rung is Rung.PERSONAL))
