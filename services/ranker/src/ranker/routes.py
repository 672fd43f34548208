"""The ranker over HTTP (internal): the gateway hands its answers on as they are."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter, time_ns
from typing import Annotated
from uuid import uuid4

import orjson
from fastapi import APIRouter, Depends, Request, Response

from marquee.contracts.bodies import Ranking
from marquee.contracts.pipeline_bodies import ModelFigures, Served
from marquee.contracts.rank_request import GroupSubject, GuestSubject, MovieSubject, RankRequest, UserSubject
from marquee.contracts.ranking_fields import RankingFields
from marquee.errors import Transient
from marquee.http.service import wired
from marquee.http.time_left import time_left_s
from marquee.kafka.models_topic import model_changes
from marquee.settings import KafkaSettings
from ranker.answers import as_time, similar_answer, user_answer
from ranker.group_answers import group_answer
from ranker.online import Online
from ranker.pinning.keeping import Pins
from ranker.pool import RankingPool
from ranker.receipts import ReceiptWait
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
        limit_s: for a ranking whose caller does not say how long it waits.
    """

    online: Online
    receipts: ReceiptWait
    pins: Pins
    desk: Desk
    groups: Turns
    pool: RankingPool
    limit_s: float

    def deadline(self, request: Request) -> float:
        """When an answer has to be there, on the pool's clock, so that its caller still gets it."""
        return self.pool.clock() + time_left_s(request.scope, otherwise_s=self.limit_s) - SENDING_S

    async def follow_models(self, kafka: KafkaSettings) -> None:
        """Use every model that models.v1 says to serve. Never ends."""
        async for change in model_changes(kafka):
            await self.online.use(change)

    async def model_is_loaded(self) -> str:
        """The version of the model in use.

        Raises:
            Transient: there is none yet.
        """
        version = self.online.model_version
        if version is None:
            raise Transient("no model has been published yet")
        return version


Parts = Annotated[Wiring, Depends(wired(Wiring))]


async def waited(request: RankRequest, receipts: ReceiptWait, watch: Stopwatch) -> bool | None:
    """Whether the events named in `after` count; None if none is named."""
    if not request.after:
        return None
    user_ids = [request.user_id] if request.user_id is not None else request.user_ids or ()
    is_applied = await receipts.applied(request.after, user_ids)
    watch.lap("receipts")
    return is_applied


@router.post("/v1/rank", response_model=Ranking)
async def rank(request: RankRequest, http: Request, parts: Parts) -> Response:
    """Rank for a user, a guest or a group, or similar to a movie; 503 before the first model, and without time for it.

    Single users and movies are ranked on the pool, groups on a thread of their own.
    """
    deadline = parts.deadline(http)
    parts.pool.require_room(deadline)
    online, watch, ranking_id = parts.online, Stopwatch(perf_counter), uuid4().hex
    is_applied = await waited(request, parts.receipts, watch)
    serving = online.serving
    if serving is None:
        raise Transient("no model has been published yet")
    keep, card_of = parts.pins.keep_for(request, serving, ranking_id), online.cards.get
    match request.subject:
        case UserSubject(user_id):
            user = with_overrides(await online.user(user_id), request.overrides)
            watch.lap("user")

            def answer() -> RankingFields:
                found = user_answer(serving, user, request, card_of, watch, ranking_id=ranking_id, keep=keep)
                if is_applied is not None:
                    found["meta"]["freshness"]["applied"] = is_applied and user.missing is None
                return found

        case GroupSubject() as group:
            users = await asyncio.gather(*map(online.user, group.user_ids))
            watch.lap("user")

            def answer() -> RankingFields:
                found = group_answer(serving, group, users, request, card_of, watch, ranking_id=ranking_id)
                if is_applied is not None:
                    found["meta"]["freshness"]["applied"] = is_applied and all(user.missing is None for user in users)
                return found

            async with parts.groups.one():
                parts.pool.require_time(deadline)
                return sent(await asyncio.to_thread(encoded, answer, watch), watch)
        case GuestSubject(ratings):
            somebody = guest(ratings, now_ms=time_ns() // 1_000_000)

            def answer() -> RankingFields:
                return user_answer(serving, somebody, request, card_of, watch, ranking_id=ranking_id)

        case MovieSubject(movie_id):

            def answer() -> RankingFields:
                return similar_answer(serving, movie_id, request, card_of, watch, ranking_id=ranking_id, keep=keep)

    return sent(await parts.pool.run(lambda: encoded(answer, watch), deadline), watch)


def encoded(answer: Callable[[], RankingFields], watch: Stopwatch) -> bytes:
    """The answer as JSON, computed now."""
    watch.lap("wait")
    return orjson.dumps(answer())


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
