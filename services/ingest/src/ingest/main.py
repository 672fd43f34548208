"""The ingest service: `python -m ingest.main`."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

from fastapi import FastAPI

from ingest import activity_routes
from ingest.claims import Claims
from ingest.known_movies import KnownMovies
from ingest.progress import Progress
from ingest.routes import Wiring, router
from ingest.settings import IngestSettings
from marquee.contracts.topics import ACTIVITY, CATALOG, RATINGS
from marquee.http.service import Service, run
from marquee.kafka.clients import ensure_topics, open_consumer
from marquee.kafka.publisher import Publisher
from marquee.stores.arrivals import Announcer
from marquee.stores.key_space import KeySpace, client_of


def utc_now() -> datetime:
    return datetime.now(UTC)


async def start(
    service: Service[IngestSettings], stack: AsyncExitStack, *, clock: Callable[[], datetime] = utc_now
) -> Wiring:
    """Read the known movies, accept ratings and events, and load settings.data in the background if it names any."""
    settings = service.settings
    await ensure_topics(settings.kafka, (CATALOG, RATINGS, ACTIVITY), wait_s=settings.wait_s)
    publisher = Publisher(settings.kafka, timeout_s=settings.publish_timeout_s, linger_ms=0, max_batch_size=262_144)
    await stack.enter_async_context(publisher)
    redis = client_of(settings.redis)  # not waited for: ratings are accepted without it
    stack.push_async_callback(redis.aclose)
    consumer = await stack.enter_async_context(open_consumer(settings.kafka, [CATALOG], group=None))
    known = KnownMovies()
    space = KeySpace(redis, settings.redis.space)
    announcer = Announcer(space, is_heard=settings.kafka.idle_pause)
    stack.push_async_callback(announcer.aclose)
    wiring = Wiring(
        publisher=publisher,
        known_movies=known,
        catalog=known.read_from(consumer),
        claims=Claims(space, timeout_s=settings.claim_timeout_s),
        announcer=announcer,
        progress=Progress.before(settings.data),
        clock=clock,
    )
    service.tasks.start("catalog_reader", wiring.catalog.follow())
    if settings.data:
        service.tasks.start_once("bulk_load", wiring.load(settings))
    service.dependencies.add("kafka", publisher.ping)
    service.dependencies.add("catalog", wiring.catalog.ping)
    return wiring


def create_app(settings: IngestSettings | None = None, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The app; it accepts ratings while it runs."""
    app = Service("ingest", settings or IngestSettings()).app(partial(start, clock=clock))
    app.include_router(router)
    app.include_router(activity_routes.router)
    return app


if __name__ == "__main__":
    run("ingest", create_app, IngestSettings)
