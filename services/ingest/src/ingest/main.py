"""The ingest service: `python -m ingest.main`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TypedDict

import structlog
from fastapi import FastAPI
from redis.asyncio import Redis

from ingest.bulk_load import load
from ingest.claims import Claims
from ingest.known_movies import KnownMovies
from ingest.progress import Progress
from ingest.routes import Wiring, router
from ingest.settings import IngestSettings
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.errors import MarqueeError
from marquee.http.operations import Dependencies, install_operations
from marquee.http.service import background, one_line_on_misconfiguration, run
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.publisher import Publisher
from marquee.stores.key_space import KeySpace

log = structlog.get_logger()


class State(TypedDict):
    wiring: Wiring


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: IngestSettings | None = None, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    settings = settings or IngestSettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            async with one_line_on_misconfiguration(app):
                await ensure_topics(settings.kafka, (CATALOG, RATINGS), wait_s=settings.wait_s)
            known, progress = KnownMovies(), Progress(data=settings.data)
            publisher = Publisher(settings.kafka, timeout_s=settings.publish_timeout_s, linger_ms=0)
            await stack.enter_async_context(publisher)
            redis = Redis.from_url(settings.redis.url)  # not waited for: ratings are accepted without it
            stack.push_async_callback(redis.aclose)
            claims = Claims(KeySpace(redis, settings.redis.space), timeout_s=settings.claim_timeout_s)
            consumer = await stack.enter_async_context(open_consumer(settings.kafka, [CATALOG], group=None))
            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            catalog = known.read_from(consumer)
            tasks.start("catalog_reader", catalog.follow())
            if settings.data:
                tasks.start_once("bulk_load", _load(settings, progress, known, clock))
            dependencies.add("kafka", publisher.ping)
            dependencies.add("catalog", catalog.ping)
            yield {"wiring": Wiring(publisher, known, catalog, claims, progress, clock)}

    app = FastAPI(title="Marquee ingest", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(router)
    install_operations(app, "ingest", dependencies, hosts=settings.hosts)
    return app


async def _load(
    settings: IngestSettings, progress: Progress, known: KnownMovies, clock: Callable[[], datetime]
) -> None:
    """Live ratings go on being served whether the load succeeds or not; GET /v1/load says which."""
    try:
        await load(settings, progress, known, clock=clock)
    except MarqueeError as error:
        log.error("load_failed", data=settings.data, error=str(error))


if __name__ == "__main__":
    run("ingest", create_app, IngestSettings)
