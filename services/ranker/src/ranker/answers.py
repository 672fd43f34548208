"""A request in, the finished answer out: ranking, reasons and cards put together. Pure but for the stopwatch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from marquee.contracts.rank_request import RankRequest
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.ranking_fields import (
    CardFields,
    FreshnessFields,
    RankedCardFields,
    RankingFields,
    ReasonFields,
    card_without_details,
)
from marquee.errors import not_found
from marquee.state.ratings import UserState
from ranker.explain.reasons import similar_reasons, user_reasons
from ranker.online import KnownUser
from ranker.ranking import Ranked
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from ranker.subjects import Shown, shown_for, similar_for

NOBODY = KnownUser(UserState.empty())
"""Whom movies similar to one are ranked for."""
CardOf = Callable[[int], CardFields | None]


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What an answer shows of a ranking that goes on.

    Attributes:
        shown: in its whole order.
        ranked: the movies that are shown. user: whom they are ranked for.
        rung, degraded, candidates: as the answer has them.
    """

    shown: Shown
    ranked: Ranked
    user: KnownUser
    rung: Rung
    degraded: Sequence[str]
    candidates: int | None


Keep = Callable[[FirstPage], str | None]
"""Keeps a ranking for its next pages, and gives the token of the next one; None where it cannot."""


def user_answer(
    serving: Serving,
    user: KnownUser,
    request: RankRequest,
    card_of: CardOf,
    watch: Stopwatch,
    *,
    ranking_id: str,
    keep: Keep = lambda _: None,
) -> RankingFields:
    """The ranking of a user."""
    shown = shown_for(serving, user, request)
    ranked = shown.ranked()
    watch.lap("rank")
    _count(watch, user, shown)
    reasons = no_reasons(ranked)
    if request.explain:
        reasons = user_reasons(ranked, serving, titles_of(card_of), watch)
        watch.count("sums_checked", len(ranked))
    watch.lap("explain")
    rung, degraded = rung_for(user, ranked.rung)
    freshness = freshness_for(serving, user)
    items = cards(ranked, reasons, card_of)
    answer = answered(serving, items, rung, degraded, freshness, watch, ranking_id)
    if not shown.is_all:
        answer["next_page_token"] = keep(FirstPage(shown, ranked, user, rung, degraded, answer["meta"]["candidates"]))
    return answer


def similar_answer(
    serving: Serving,
    movie_id: int,
    request: RankRequest,
    card_of: CardOf,
    watch: Stopwatch,
    *,
    ranking_id: str,
    keep: Keep = lambda _: None,
) -> RankingFields:
    """The movies most similar to one.

    Raises:
        Refused: 404, nobody knows the movie.
    """
    try:
        shown = similar_for(serving, movie_id, request)
    except KeyError:
        if card_of(movie_id) is None:
            raise not_found("movie", f"there is no movie {movie_id}") from None
        # listed a moment ago, or the bundle does not say what it knows: no movie is known to be like it yet
        return answered(serving, [], Rung.SIMILAR, ["model"], freshness_of(serving), watch, ranking_id)
    ranked = shown.ranked()
    watch.lap("rank")
    reasons = no_reasons(ranked)
    if request.explain:
        reasons = similar_reasons(ranked, serving, movie_id, titles_of(card_of))
        watch.count("sums_checked", len(ranked))
    watch.lap("explain")
    items = cards(ranked, reasons, card_of)
    answer = answered(serving, items, ranked.rung, [], freshness_of(serving), watch, ranking_id)
    if not shown.is_all:
        answer["next_page_token"] = keep(FirstPage(shown, ranked, NOBODY, ranked.rung, (), None))
    return answer


def _count(watch: Stopwatch, user: KnownUser, shown: Shown) -> None:
    """Note how many went through the stages before the reasons."""
    if user.applied_offset is not None:
        watch.count("applied_offset", user.applied_offset)
    watch.count("ratings", len(user.state))
    if shown.order.known is not None:
        watch.count("candidates", len(shown.order))
    if shown.order.rung is Rung.PERSONAL:
        watch.count("scored", len(shown.order))


def titles_of(card_of: CardOf) -> Callable[[int], str]:
    def title(movie_id: int) -> str:
        card = card_of(movie_id)
        return card["title"] if card else f"movie {movie_id}"

    return title


def no_reasons(ranked: Ranked) -> list[list[ReasonFields]]:
    return [[] for _ in range(len(ranked))]


def cards(
    ranked: Ranked, reasons: Sequence[list[ReasonFields]], card_of: CardOf, *, before: int = 0
) -> list[RankedCardFields]:
    """The ranked movies as cards, after so many on earlier pages."""
    return [
        {
            **(card_of(movie_id) or card_without_details(movie_id)),
            "rank": before + at + 1,
            "score": score,
            "base": ranked.base,
            "sources": ranked.sources[at],
            "reasons": reasons[at],
            "people": [],
        }
        for at, (movie_id, score) in enumerate(zip(ranked.movie_id.tolist(), ranked.score.tolist(), strict=True))
    ]


def answered(
    serving: Serving,
    items: list[RankedCardFields],
    rung: Rung,
    degraded: list[str],
    freshness: FreshnessFields,
    watch: Stopwatch,
    ranking_id: str,
) -> RankingFields:
    return {
        "ranking_id": ranking_id,
        "model_version": serving.model.version,
        "items": items,
        "next_page_token": None,
        "meta": {
            "rung": rung,
            "degraded": degraded,
            "freshness": freshness,
            "candidates": watch.counts.get("candidates"),
            "stages": watch.counts,
            "timings_ms": watch.ms,
        },
    }


def rung_for(user: KnownUser, rung: Rung) -> tuple[Rung, list[str]]:
    """The rung of an answer about a user, and what is missing for a better one.

    Args:
        rung: how the user was ranked.
    """
    degraded = ["model"] if rung is Rung.RETRIEVAL else []
    if user.missing is None:
        return rung, degraded
    return Rung.STALE if len(user.state) else rung, [*degraded, user.missing]


def freshness_for(serving: Serving, user: KnownUser) -> FreshnessFields:
    """How old the model and the user's newest rating are."""
    freshness = freshness_of(serving)
    if len(user.state):
        freshness["user_updated_at"] = as_time(int(user.state.rated_at[-1]))
    return freshness


def freshness_of(serving: Serving) -> FreshnessFields:
    manifest = serving.model.bundle.manifest
    return {"model_as_of": as_time(manifest.as_of_ms), "model_created_at": manifest.created_at}


def as_time(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1_000, UTC)
