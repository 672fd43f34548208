"""A request in, the finished answer out: ranking, reasons and cards put together. Pure but for the stopwatch."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from marquee.contracts.bodies import Rung
from marquee.contracts.rank_request import RankRequest
from marquee.contracts.ranking_fields import (
    CardFields,
    FreshnessFields,
    RankedCardFields,
    RankingFields,
    ReasonFields,
    card_without_details,
)
from marquee.errors import not_found
from marquee.state.filters import MovieFilter
from ranker.explain.reasons import similar_reasons, user_reasons
from ranker.online import KnownUser
from ranker.ranking import Ranked, rank_similar
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from ranker.subjects import ranked_for

CardOf = Callable[[int], CardFields | None]


def user_answer(
    serving: Serving, user: KnownUser, request: RankRequest, card_of: CardOf, watch: Stopwatch, *, ranking_id: str
) -> RankingFields:
    """The ranking of a user."""
    ranked = ranked_for(serving, user, request)
    watch.lap("rank")
    reasons = _no_reasons(ranked)
    if request.explain:
        reasons = user_reasons(ranked, serving, _titles(card_of), watch)
    watch.lap("explain")
    rung, degraded = ranked.rung, list[str]()
    if rung is Rung.RETRIEVAL:
        degraded.append("model")
    if user.missing is not None:
        degraded.append(user.missing)
        rung = Rung.STALE if len(user.state) else rung
    freshness = _freshness(serving)
    if len(user.state):
        freshness["user_updated_at"] = _time(int(user.state.rated_at[-1]))
    items = _items(ranked, reasons, card_of)
    return _answer(serving, items, rung, degraded, freshness, watch, ranking_id)


def similar_answer(
    serving: Serving, movie_id: int, request: RankRequest, card_of: CardOf, watch: Stopwatch, *, ranking_id: str
) -> RankingFields:
    """The movies most similar to one.

    Raises:
        Refused: 404, nobody knows the movie.
    """
    allowed = MovieFilter.of(request.filters).mask(serving.catalog)
    try:
        ranked = rank_similar(
            serving.model,
            serving.movies.state,
            movie_id,
            k=request.k,
            exclude=request.exclude,
            allowed=allowed,
            content=request.content,
        )
    except KeyError:
        if card_of(movie_id) is None:
            raise not_found("movie", f"there is no movie {movie_id}") from None
        # listed after the model was trained: the movie is known, but no movie is known to be like it yet
        return _answer(serving, [], Rung.SIMILAR, ["model"], _freshness(serving), watch, ranking_id)
    watch.lap("rank")
    reasons = similar_reasons(ranked, serving, movie_id) if request.explain else _no_reasons(ranked)
    watch.lap("explain")
    items = _items(ranked, reasons, card_of)
    return _answer(serving, items, ranked.rung, [], _freshness(serving), watch, ranking_id)


def _titles(card_of: CardOf) -> Callable[[int], str]:
    def title(movie_id: int) -> str:
        card = card_of(movie_id)
        return card["title"] if card else f"movie {movie_id}"

    return title


def _no_reasons(ranked: Ranked) -> list[list[ReasonFields]]:
    return [[] for _ in range(len(ranked))]


def _items(ranked: Ranked, reasons: Sequence[list[ReasonFields]], card_of: CardOf) -> list[RankedCardFields]:
    return [
        {
            **(card_of(movie_id) or card_without_details(movie_id)),
            "rank": at + 1,
            "score": score,
            "base": ranked.base,
            "sources": ranked.sources[at],
            "reasons": reasons[at],
        }
        for at, (movie_id, score) in enumerate(zip(ranked.movie_id.tolist(), ranked.score.tolist(), strict=True))
    ]


def _answer(
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
            "candidates": None,
            "stages": {},
            "timings_ms": watch.ms,
        },
    }


def _freshness(serving: Serving) -> FreshnessFields:
    manifest = serving.model.bundle.manifest
    return {"model_as_of": _time(manifest.as_of_ms), "model_created_at": manifest.created_at}


def _time(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1_000, UTC)
