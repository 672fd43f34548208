"""The ranker over HTTP (internal): the gateway hands its answers on as they are."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, time_ns
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Request, Response

from marquee.contracts.pipeline_bodies import ModelFigures, Served
from marquee.contracts.rank_request import GroupSubject, GuestSubject, MovieSubject, RankRequest, UserSubject
from marquee.contracts.ranking_bodies import Ranking
from marquee.errors import Transient
from marquee.http.service import wired
from marquee.http.straight_route import StraightRoute
from marquee.http.time_left import time_left_s
from marquee.kafka.models_topic import standings
from marquee.settings import KafkaSettings
from ranker.answers import FirstPage, as_time, similar_answer, user_answer
from ranker.beside.watch import Watch
from ranker.cache import LOOKED_UP, PIN_TRUSTED_S, Basis, Encoded, Kept, RankingCache, key_of
from ranker.group_answers import group_answer
from ranker.online import KnownUser, Online
from ranker.pinning.keeping import Pins
from ranker.pool import RankingPool
from ranker.receipts import ReceiptWait, require_own
from ranker.serving import Serving
from ranker.stopwatch import Stopwatch
from ranker.subjects import guest, with_overrides
from ranker.turns import Turns
from ranker.whynot.desk import Desk

router = APIRouter()

GROUPS_AT_ONCE, GROUP_WAIT_S = 1, 0.5
"""Groups that are ranked for at a time, beside single users, and how long one waits before it gets the popular list."""

SENDING_S = 0.05
"""Of the caller's time that is left for the way back, so that a refusal, too, arrives before the caller gives up."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """The parts of a running ranker.

    Attributes:
        groups: whose turn it is to be ranked for: a group takes as long as all of its people one after the other.
        pool: where single users and movies are ranked.
        cache: answers that may be sent again.
        beside: counts what the model does to users, and ranks with a shadow.
        limit_s: for a ranking whose caller does not say how long it waits.
    """

    online: Online
    receipts: ReceiptWait
    pins: Pins
    desk: Desk
    groups: Turns
    pool: RankingPool
    cache: RankingCache
    beside: Watch
    limit_s: float

    def deadline(self, request: Request) -> float:
        """When an answer has to be there, on the pool's clock, so that its caller still gets it."""
        return self.pool.clock() + time_left_s(request.scope, otherwise_s=self.limit_s) - SENDING_S

    async def kept(self, key: bytes, basis: Basis) -> Encoded | None:
        """The answer that may be sent again; one whose next pages are no longer kept may not."""
        now = self.pool.clock()
        kept = self.cache.get(key, basis, now)
        if kept is not None and not await self._has_next_pages(kept, now):
            self.cache.forget(key)
            kept = None
        LOOKED_UP.labels("miss" if kept is None else "hit").inc()
        return None if kept is None else kept.answer

    async def _has_next_pages(self, kept: Kept, now: float) -> bool:
        """Whether the next pages that an answer promises can be asked for."""
        ranking_id = kept.answer.ranking_id
        if kept.answer.page_token is None:
            return True
        if self.pins.is_lost(ranking_id):
            return False
        if now - kept.pin_seen_at > PIN_TRUSTED_S:
            if not await self.pins.is_kept(ranking_id):
                return False
            kept.pin_seen_at = now
        return True

    async def follow_models(self, kafka: KafkaSettings) -> None:
        """Use every model that models.v1 says to serve, and rank with the shadow that it names. Never ends."""
        served = None
        async for standing in standings(kafka):
            if standing.served is not None and standing.served != served:
                served = standing.served
                await self.online.use(served, barred=standing.barred)
            await self.beside.follow(standing.shadow)

    async def model_is_loaded(self) -> str:
        """The version of the model in use.

        Raises:
            Transient: there is none yet.
        """
        version = self.online.model_version
        if version is None:
            raise Transient("no model has been published yet")
        return version


wired_parts = wired(Wiring)
Parts = Annotated[Wiring, Depends(wired_parts)]


async def waited(request: RankRequest, receipts: ReceiptWait, online: Online, watch: Stopwatch) -> bool | None:
    """Whether the events named in `after` count; None if none is named. A silent Redis is not waited for."""
    if not request.after:
        return None
    user_ids = [request.user_id] if request.user_id is not None else request.user_ids or ()
    require_own(request.after, user_ids)
    is_applied = False
    if not online.is_blind:
        try:
            is_applied = await receipts.applied(request.after)
        except Transient:
            online.look_away()
    watch.lap("receipts")
    return is_applied


@router.post("/v1/rank", response_model=Ranking)
async def rank(request: RankRequest, http: Request, parts: Parts) -> Response:
    """Rank for a user, a guest or a group, or similar to a movie; 503 before the first model, and without time for it.

    Single users and movies are ranked on the pool, groups on a thread of their own.
    """
    deadline = parts.deadline(http)
    parts.pool.require_time(deadline)
    online, watch = parts.online, Stopwatch(perf_counter)
    is_applied = await waited(request, parts.receipts, online, watch)
    serving, cards = online.serving, online.cards
    if serving is None:
        raise Transient("no model has been published yet")
    users = await people(request, online, watch)
    applied = None if is_applied is None else is_applied and all(user.missing is None for user in users)
    key, basis = key_of(request), Basis.of(serving, cards.version, users)
    if basis is not None and (again := await parts.kept(key, basis)):
        return sent(again.again(users, applied, watch.ms), watch)
    with parts.beside.over(request, serving, users) as answered:
        answer = await _computed(request, serving, users, applied, parts, watch, deadline)
        answered(answer.movies)
    if basis is not None and answer.is_whole:
        parts.cache.put(key, basis, answer, parts.pool.clock())
    return sent(answer.body(), watch)


STRAIGHT = StraightRoute(("/v1/rank",), "/v1/rank", RankRequest, wired_parts, rank)


async def people(request: RankRequest, online: Online, watch: Stopwatch) -> list[KnownUser]:
    """Whom the request is for; nobody if it names a movie."""
    match request.subject:
        case UserSubject(user_id):
            users = [with_overrides(await online.user(user_id), request.overrides)]
        case GroupSubject(user_ids):
            users = await asyncio.gather(*map(online.user, user_ids))
        case GuestSubject(ratings):
            return [guest(ratings, now_ms=time_ns() // 1_000_000)]
        case MovieSubject():
            return []
    watch.lap("user")
    return users


async def _computed(
    request: RankRequest,
    serving: Serving,
    users: Sequence[KnownUser],
    applied: bool | None,
    parts: Wiring,
    watch: Stopwatch,
    deadline: float,
) -> Encoded:
    """The answer, ranked beside the event loop: groups on a thread of their own, everything else on the pool."""
    ranking_id, card_of = uuid4().hex, parts.online.cards.get
    to_pins, is_whole = parts.pins.keep_for(request, serving, ranking_id), True

    def keep(page: FirstPage) -> str | None:
        nonlocal is_whole
        token = to_pins(page)
        is_whole = token is not None
        return token

    def computed() -> Encoded:
        watch.lap("wait")
        match request.subject:
            case UserSubject():
                answer = user_answer(serving, users[0], request, card_of, watch, ranking_id=ranking_id, keep=keep)
            case GuestSubject():
                answer = user_answer(serving, users[0], request, card_of, watch, ranking_id=ranking_id)
            case GroupSubject() as group:
                answer = group_answer(serving, group, users, request, card_of, watch, ranking_id=ranking_id)
            case MovieSubject(movie_id):
                answer = similar_answer(serving, movie_id, request, card_of, watch, ranking_id=ranking_id, keep=keep)
        if applied is not None:
            answer["meta"]["freshness"]["applied"] = applied
        return Encoded.of(answer, is_whole=is_whole)

    if request.user_ids is None:
        return await parts.pool.run(computed, deadline)
    async with parts.groups.one():
        parts.pool.require_time(deadline)
        return await asyncio.to_thread(computed)


def sent(body: bytes, watch: Stopwatch, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with its stages' times in a header."""
    timing = ", ".join(f"{stage};dur={ms}" for stage, ms in watch.ms.items())
    return Response(body, media_type="application/json", headers={"Server-Timing": timing, **(headers or {})})


@router.get("/v1/serving")
async def served(parts: Parts) -> Served:
    """The model in use."""
    serving, since = parts.online.serving, parts.online.served_since
    if serving is None or since is None:
        return Served()
    manifest = serving.model.bundle.manifest
    return Served(
        model=ModelFigures(
            version=serving.model.version,
            served_since=since,
            created_at=manifest.created_at,
            as_of=as_time(manifest.as_of_ms),
            movies=len(serving.catalog),
        )
    )
