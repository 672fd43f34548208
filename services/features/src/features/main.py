"""The features service: catalog.v1, metadata.v1 and ratings.v1 into Redis and the Parquet log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any

from fastapi import FastAPI

from features.api import router
from features.handlers import Stores
from features.positions import Positions, SeekToStores
from features.settings import FeaturesSettings
from features.wiring import Wiring
from marquee.consumer import Batch, DeadLetters, consume
from marquee.event_log import EventLog
from marquee.kafka import ensure_topics, open_consumer, open_producer, topic_name
from marquee.operations import Dependencies, install_operations
from marquee.service import background, run, said_in_one_line
from marquee.store import CatalogueStore, RatingStore, open_redis
from marquee.topics import CATALOG, METADATA, RATINGS

TOPICS = (CATALOG, METADATA, RATINGS)


def create_app(settings: FeaturesSettings | None = None) -> FastAPI:
    """The app; it consumes while it runs."""
    settings = settings or FeaturesSettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        async with AsyncExitStack() as stack:
            async with said_in_one_line(app):
                redis = await stack.enter_async_context(open_redis(settings.redis, wait_s=settings.wait_s))
                await ensure_topics(settings.kafka, wait_s=settings.wait_s)
            stores = Stores(
                RatingStore(redis, settings.redis.space),
                CatalogueStore(redis, settings.redis.space, CATALOG.name),
                CatalogueStore(redis, settings.redis.space, METADATA.name),
                EventLog(settings.log_dir),
            )
            producer = await stack.enter_async_context(open_producer(settings.kafka))
            consumer = await stack.enter_async_context(open_consumer(settings.kafka, [], group="features"))
            prefix = settings.kafka.topic_prefix
            stop = getattr(app.state, "stop", lambda: None)

            def give_up(reason: str) -> None:
                app.state.start_error = reason
                stop()

            listener = SeekToStores(consumer, Positions(stores, prefix), give_up)
            consumer.subscribe([topic_name(settings.kafka, topic.name) for topic in TOPICS], listener=listener)
            wired = Wiring(stores, consumer, prefix)

            async def handle(batch: Batch[Any]) -> None:
                started = monotonic()
                await stores.apply(batch)
                if batch.topic.name == RATINGS.name:
                    count = sum(len(record.event.movie_id) for record in batch.records)
                    wired.meter.add(count, started=started, now=monotonic())

            tasks = await stack.enter_async_context(background(stop))
            letters = DeadLetters(producer, prefix)
            tasks.start(
                "consume", consume(consumer, TOPICS, handle, dead_letters=letters, max_records=settings.max_records)
            )

            async def kafka_answers() -> str:
                return f"{len(await consumer.end_offsets(list(consumer.assignment())[:1]))} of its partitions asked"

            async def consuming() -> str:
                if tasks.failure:
                    raise RuntimeError(tasks.failure)
                return "running"

            dependencies.add("redis", redis.ping)
            dependencies.add("kafka", kafka_answers)
            dependencies.add("consumer", consuming)
            yield {"wiring": wired}

    app = FastAPI(title="Marquee features", lifespan=lifespan)
    app.include_router(router)
    install_operations(app, "features", dependencies)
    return app


if __name__ == "__main__":
    run("features", create_app, FeaturesSettings)
