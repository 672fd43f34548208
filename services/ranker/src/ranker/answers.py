"""A request in, the finished body out: ranking, reasons and cards put together. Pure but for the clock it is given."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from marquee.contracts.bodies import RankRequest, Rung
from marquee.contracts.ranking_fields import CardFields, card_without_details
from marquee.errors import not_found
from marquee.state.filters import MovieFilter
from ranker.citations import cited
from ranker.diversity import POOL_FACTOR, diversified
from ranker.evidence import CrowdCounts
from ranker.online import KnownUser, Serving
from ranker.ranking import Ranked, RankedSimilar, rank_similar, rank_user
from ranker.reasons import ReasonFields, similar_reasons, user_reasons

CardOf = Callable[[int], CardFields | None]
Answer = dict[str, Any]

RUNGS = {"personal": Rung.PERSONAL, "cold": Rung.COLD, "retrieval_order": Rung.RETRIEVAL}


class Stopwatch:
    """Milliseconds of named stages, one after the other."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last = clock()
        self.ms: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = self._clock()
        self.ms[stage] = round((now - self._last) * 1_000, 3)
        self._last = now


def user_answer(
    world: Serving, user: KnownUser, request: RankRequest, card_of: CardOf, watch: Stopwatch, *, ranking_id: str
) -> Answer:
    """The ranking of a user, as marquee.contracts.bodies.Ranking."""
    filters = MovieFilter.of(request.filters).mask(world.catalog)
    pool = request.k if request.diversity == 0 else min(request.k * POOL_FACTOR, len(world.catalog))
    ranked = rank_user(
        world.model,
        world.movies,
        user.state,
        k=pool,
        exclude=request.exclude,
        allowed=filters,
    )
    ranked = _diverse(ranked, world, request)
    watch.lap("rank")
    reasons: Sequence[list[ReasonFields]] = [[]] * len(ranked)
    if request.explain:
        scorer = world.model.scorer
        cites = [np.empty(0, np.intp)] * len(ranked) if scorer is None else cited(ranked, scorer)
        watch.lap("cite")
        titles = _titles(card_of)
        seen = CrowdCounts(world.count[ranked.row], world.mean[ranked.row])
        reasons = user_reasons(ranked, ranked.history, cites, world.catalog, seen, titles)
    watch.lap("explain")
    rung, degraded = RUNGS[ranked.rung], []
    if rung is Rung.RETRIEVAL:
        degraded.append("model")
    if user.missing is not None:
        degraded.append(user.missing)
        rung = Rung.STALE if len(user.state) else rung
    items = _items(ranked, ranked.base, ranked.sources, reasons, card_of)
    return _ranking(world, items, rung, degraded, watch, ranking_id, user)


def similar_answer(
    world: Serving, request: RankRequest, card_of: CardOf, watch: Stopwatch, *, ranking_id: str
) -> Answer:
    """The movies most similar to one, as marquee.contracts.bodies.Ranking.

    Raises:
        Refused: 404, nobody knows the movie.
    """
    movie_id = request.movie_id or 0
    filters = MovieFilter.of(request.filters).mask(world.catalog)
    try:
        found = rank_similar(
            world.model, world.movies.state, movie_id, k=request.k, exclude=request.exclude, allowed=filters
        )
    except KeyError:
        if card_of(movie_id) is None:
            raise not_found("movie", f"there is no movie {movie_id}") from None
        # listed after the model was trained: known, and nothing is known to be like it yet
        return _ranking(world, [], Rung.SIMILAR, ["model"], watch, ranking_id, None)
    watch.lap("rank")
    reasons: Sequence[list[ReasonFields]] = [[]] * len(found.row)
    if request.explain:
        seed = int(world.catalog.rows(np.array([movie_id], np.int64))[0])
        seen = CrowdCounts(world.count[found.row], world.mean[found.row])
        reasons = similar_reasons(found, seed, world.catalog, seen)
    watch.lap("explain")
    sources = [tuple(name for name, part in zip(found.part_names, row, strict=True) if part > 0) for row in found.parts]
    items = _items(found, 0.0, sources, reasons, card_of)
    return _ranking(world, items, Rung.SIMILAR, [], watch, ranking_id, None)


def _diverse(ranked: Ranked, world: Serving, request: RankRequest) -> Ranked:
    if request.diversity == 0:
        return ranked
    at = diversified(ranked.score, world.catalog.genres[ranked.row], k=request.k, diversity=request.diversity)
    return replace(
        ranked,
        row=ranked.row[at],
        movie_id=ranked.movie_id[at],
        score=ranked.score[at],
        contribution=ranked.contribution[at],
        sources=tuple(ranked.sources[int(position)] for position in at),
        features=ranked.features[at] if len(ranked.features) else ranked.features,
    )


def _titles(card_of: CardOf) -> Callable[[int], str]:
    def title(movie_id: int) -> str:
        card = card_of(movie_id)
        return str(card["title"]) if card else f"movie {movie_id}"

    return title


def _items(
    ranked: Ranked | RankedSimilar,
    base: float,
    sources: Sequence[tuple[str, ...]],
    reasons: Sequence[list[ReasonFields]],
    card_of: CardOf,
) -> list[Answer]:
    return [
        {
            **(card_of(movie_id) or card_without_details(movie_id)),
            "rank": at + 1,
            "score": score,
            "base": base,
            "sources": sources[at],
            "reasons": reasons[at],
        }
        for at, (movie_id, score) in enumerate(zip(ranked.movie_id.tolist(), ranked.score.tolist(), strict=True))
    ]


def _ranking(
    world: Serving,
    items: list[Answer],
    rung: Rung,
    degraded: list[str],
    watch: Stopwatch,
    ranking_id: str,
    user: KnownUser | None,
) -> Answer:
    manifest = world.model.bundle.manifest
    freshness: dict[str, Any] = {"model_as_of": _time(manifest.as_of_ms), "model_created_at": manifest.created_at}
    if user is not None and len(user.state):
        freshness["user_updated_at"] = _time(int(user.state.rated_at[-1]))
    return {
        "ranking_id": ranking_id,
        "model_version": world.model.version,
        "items": items,
        "next_page_token": None,
        "meta": {"rung": rung, "degraded": degraded, "freshness": freshness, "timings_ms": watch.ms},
    }


def _time(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1_000, UTC)
