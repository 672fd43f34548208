"""The features service: catalog.v1, metadata.v1 and ratings.v1 into Redis and the Parquet log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from features.routes import router
from features.settings import FeaturesSettings
from features.wiring import TOPICS, Wiring
from marquee.http.operations import Dependencies, install_operations
from marquee.http.service import background, one_line_on_misconfiguration, run
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.consuming import DeadLetters, consume
from marquee.kafka.publisher import Publisher
from marquee.stores.key_space import open_redis

PUBLISH_TIMEOUT_S = 15.0


def create_app(settings: FeaturesSettings | None = None) -> FastAPI:
    """The app; it consumes while it runs."""
    settings = settings or FeaturesSettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            async with one_line_on_misconfiguration(app):
                redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
                await ensure_topics(settings.kafka, wait_s=settings.wait_s)
            publisher = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=PUBLISH_TIMEOUT_S))
            consumer = await stack.enter_async_context(open_consumer(settings.kafka, [], group=None))
            wired = Wiring.of(settings, redis, consumer, publisher)
            stack.push_async_callback(wired.give_up)

            async def consuming() -> str:
                if tasks.failure:
                    raise RuntimeError(tasks.failure)
                return await wired.keeps_up()

            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            tasks.start("broker_watch", wired.watch.run())
            tasks.start("lag_watch", wired.watch_lag())
            tasks.start(
                "consume",
                consume(
                    consumer,
                    TOPICS,
                    wired.apply,
                    dead_letters=DeadLetters(publisher),
                    positions=wired.positions,
                    prefix=settings.kafka.topic_prefix,
                    max_records=settings.max_records,
                ),
            )
            dependencies.add("redis", redis.ping)
            dependencies.add("kafka", wired.is_connected)
            dependencies.add("consumer", consuming)
            yield {"wiring": wired}

    app = FastAPI(title="Marquee features", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(router)
    install_operations(app, "features", dependencies, hosts=settings.hosts)
    return app


if __name__ == "__main__":
    run("features", create_app, FeaturesSettings)
