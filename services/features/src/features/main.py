"""The features service: catalog.v1, metadata.v1, ratings.v1 and activity.v1 into Redis and the Parquet log."""

import asyncio
from contextlib import AsyncExitStack

from fastapi import FastAPI

from features.routes import router
from features.settings import FeaturesSettings
from features.wiring import Wiring
from marquee.http.service import Service, run
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.publisher import Publisher
from marquee.patches import Word
from marquee.stores.arrivals import listen
from marquee.stores.key_space import open_redis
from marquee.stores.log_threads import few_log_threads

PUBLISH_TIMEOUT_S = 15.0


async def start(service: Service[FeaturesSettings], stack: AsyncExitStack) -> Wiring:
    """Open both stores and consume into them."""
    settings = service.settings
    asyncio.get_running_loop().set_default_executor(few_log_threads())  # `asyncio.to_thread` is used for the log alone
    redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
    await ensure_topics(settings.kafka, wait_s=settings.wait_s)
    publisher = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=PUBLISH_TIMEOUT_S))
    arrivals = Word()
    consumer = await stack.enter_async_context(open_consumer(settings.kafka, [], group=None, arrivals=arrivals))
    wiring = Wiring.of(settings, redis, consumer, publisher)
    stack.push_async_callback(wiring.give_up)
    service.tasks.start("broker_watch", wiring.watch.run())
    service.tasks.start("lag_watch", wiring.watch_lag())
    service.tasks.start("merge_log", wiring.stores.merge_log())
    service.tasks.start("store_watch", wiring.positions.watch_stores())
    if settings.kafka.idle_pause:  # any other broker answers a waiting fetch when a record comes
        service.tasks.start("arrivals", listen(wiring.stores.space, arrivals.say))
    service.tasks.start("consume", wiring.consume(settings))
    service.dependencies.add("redis", redis.ping)
    service.dependencies.add("kafka", wiring.is_connected)
    service.dependencies.add("consumer", wiring.keeps_up)
    return wiring


def create_app(settings: FeaturesSettings | None = None) -> FastAPI:
    """The app; it consumes while it runs."""
    app = Service("features", settings or FeaturesSettings()).app(start)
    app.include_router(router)
    return app


if __name__ == "__main__":
    run("features", create_app, FeaturesSettings)
