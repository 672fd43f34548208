"""A ranker of the checkerboard world on a real Redis, without a broker: its routes, its memory and its pins."""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import time
from typing import Any

import httpx
from fastapi import FastAPI

from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS
from marquee.http.background import Background, stopped_at_the_end
from marquee.http.problems import install_problems
from marquee.http.request_id import RequestContext
from marquee.http.straight_route import go_straight
from marquee.settings import RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from ranker import explain_routes, page_routes, routes
from ranker.beside.watch import Watch
from ranker.cache import RankingCache
from ranker.online import Online
from ranker.pinning.keeping import Pins
from ranker.pinning.store import PinStore
from ranker.pool import RankingPool
from ranker.receipts import ReceiptWait
from ranker.serving import Serving
from ranker.settings import RankerSettings
from ranker.turns import Turns
from ranker.whynot.desk import Desk
from support.builders import a_rating, in_batches
from support.serving import trained
from support.trainings import ENOUGH
from support.worlds import checkerboard

Clock = Callable[[], float]
PINNED_BYTES = 1_048_576
REDIS_S = 10.0
"""For reading a user, and reading or writing a ranking: speed is not judged on a busy machine."""

RANK_S = 60.0


@dataclass(frozen=True)
class RankerApp:
    """A running ranker."""

    client: httpx.AsyncClient
    wiring: routes.Wiring

    async def rank(self, **wishes: Any) -> dict[str, Any]:
        """The answer to a request."""
        answer = await self.client.post("/v1/rank", json=wishes)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def page(self, ranking_id: str, token: str, **wishes: Any) -> httpx.Response:
        return await self.client.get(f"/v1/rankings/{ranking_id}", params={"page_token": token, **wishes})

    async def pages(self, first: dict[str, Any], **wishes: Any) -> list[dict[str, Any]]:
        """A first answer and all pages after it."""
        found = [first]
        while token := found[-1]["next_page_token"]:
            answer = await self.page(first["ranking_id"], token, **wishes)
            assert answer.status_code == 200, answer.text
            found.append(answer.json())
        return found


@asynccontextmanager
async def a_ranker(
    space: KeySpace,
    *,
    serving: Serving | None = None,
    clock: Clock = time,
    receipt_wait_s: float = 0.25,
    receipt_look_s: float = REDIS_S,
    pin_seen_s: float = REDIS_S,
    pool: RankingPool | None = None,
    cached_bytes: int = 1_048_576,
    like: RankerApp | None = None,
    hangs_s: float = 60.0,
) -> AsyncIterator[RankerApp]:
    """Start one; another on the same space is another replica, or the same one after a restart.

    Args:
        like: another one, whose memory this one shares: it sees what that one sees, when that one does.
    """
    settings = RankerSettings(redis=RedisSettings(space=space.name), user_timeout_s=REDIS_S)
    online = Online.of(settings, space.redis)
    online.serving = serving or trained()
    await online.stats.refresh()
    online.serving = Serving.of(online.serving.model, online.stats.stats())
    if like is not None:
        online = like.wiring.online
    pins = Pins(PinStore(space, PINNED_BYTES), REDIS_S, clock, pin_seen_s, writing_s=1.0)
    groups = Turns(at_once=1, wait_s=30, what="a place")
    receipts, desk = ReceiptWait(space, receipt_wait_s, receipt_look_s), Desk(online.settings)
    pool = pool or RankingPool(threads=1, waiting=99)
    watch = Watch(online, pool, hangs_s=hangs_s, pauses=(0.0, 0.0))
    wiring = routes.Wiring(online, receipts, pins, desk, groups, pool, RankingCache(cached_bytes), watch, RANK_S)
    transport = httpx.ASGITransport(app=_with_state(_app(), wiring), raise_app_exceptions=False)
    failures = list[str]()
    tasks = Background(failures.append)
    async with stopped_at_the_end(tasks):
        tasks.start("pins", pins.write())
        tasks.start("look", watch.look())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            yield RankerApp(client, wiring)
    assert not failures


def _app() -> FastAPI:
    app = FastAPI()
    install_problems(app)
    app.add_middleware(RequestContext, service="ranker")
    for each in (routes, explain_routes, page_routes):
        app.include_router(each.router)
    go_straight(app, routes.STRAIGHT)
    return app


def _with_state(app: FastAPI, wiring: routes.Wiring) -> Callable[..., Awaitable[None]]:
    async def with_state(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        scope["state"] = {"wiring": wiring}
        await app(scope, receive, send)

    return with_state


def world_events() -> list[MoviesRated]:
    """The ratings that the model was trained on."""
    world = checkerboard(n_users=ENOUGH)
    columns = (world.user_id.tolist(), world.movie_id.tolist(), world.rating.tolist(), world.rated_at.tolist())
    return [a_rating(user_id=u, movie_id=m, rating=r, rated_at_ms=t) for u, m, r, t in zip(*columns, strict=True)]


async def store(space: KeySpace, events: Sequence[MoviesRated]) -> None:
    """Apply all events so far, the new ones at the end; those that were applied before change nothing."""
    for batch in in_batches(RATINGS, events):
        await RatingStore(space).apply(batch)
