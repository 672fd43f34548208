"""The ranker service: follows models.v1 and the online store, answers /v1/rank."""

import sys
from contextlib import AsyncExitStack
from time import time

from fastapi import FastAPI

from marquee.http.loop_pause import watch_pauses
from marquee.http.service import Service, run
from marquee.http.straight_route import go_straight
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher
from marquee.stores.key_space import open_redis
from marquee.stores.refreshing import keep_refreshed
from ranker import explain_routes, page_routes
from ranker.beside.reporting import PUBLISH_S, keep_reporting
from ranker.beside.watch import Watch
from ranker.cache import RankingCache
from ranker.online import Online
from ranker.pinning.keeping import Pins
from ranker.pinning.store import PinStore
from ranker.pool import RankingPool
from ranker.receipts import ReceiptWait
from ranker.routes import GROUP_WAIT_S, GROUPS_AT_ONCE, STRAIGHT, Wiring, router
from ranker.settings import RankerSettings
from ranker.turns import Turns
from ranker.whynot.desk import Desk

SWITCH_S = 0.001
"""After which a thread that computes lets the event loop go on; Python's usual 5 ms would be felt at each step."""


async def start(service: Service[RankerSettings], stack: AsyncExitStack) -> Wiring:
    """Open the stores, read them once, and keep following them and models.v1."""
    settings = service.settings
    redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
    await ensure_topics(settings.kafka, wait_s=settings.wait_s)
    online = Online.of(settings, redis)
    pins = Pins(
        PinStore(online.users.space, settings.pinned_bytes), settings.page_read_s, time, settings.user_timeout_s
    )
    receipts = ReceiptWait(online.users.space, settings.receipt_wait_s, settings.user_timeout_s)
    groups = Turns(at_once=GROUPS_AT_ONCE, wait_s=GROUP_WAIT_S, what="a place for one more group")
    pool = RankingPool(threads=settings.rank_threads, waiting=settings.rank_waiting)
    stack.callback(pool.close)
    sys.setswitchinterval(SWITCH_S)
    wiring = Wiring(
        online,
        receipts,
        pins,
        Desk(settings),
        groups,
        pool,
        RankingCache(settings.cached_bytes),
        Watch(online, pool),
        settings.rank_limit_s,
    )
    await wiring.online.refresh()
    service.tasks.start("models", wiring.follow_models(settings.kafka))
    publisher = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=PUBLISH_S))
    service.tasks.start("look", wiring.beside.look())
    service.tasks.start("reports", keep_reporting(wiring.beside, publisher, every_s=settings.report_s))
    service.tasks.start("pins", pins.write())
    service.tasks.start("pauses", watch_pauses(pool.is_at_rest))
    service.tasks.start("refresh", keep_refreshed(wiring.online.refresh, every_s=settings.refresh_s))
    service.dependencies.add("redis", redis.ping)
    service.dependencies.add("model", wiring.model_is_loaded)
    return wiring


def create_app(settings: RankerSettings | None = None) -> FastAPI:
    """The app; it follows new models while it runs."""
    app = Service("ranker", settings or RankerSettings()).app(
        start, model_version=lambda wiring: wiring.online.model_version
    )
    app.include_router(router)
    app.include_router(explain_routes.router)
    app.include_router(page_routes.router)
    go_straight(app, STRAIGHT)
    return app


if __name__ == "__main__":
    run("ranker", create_app, RankerSettings)
