"""The enricher service: `python -m enricher.main`."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypedDict

import structlog
from fastapi import FastAPI

from enricher.answers import Answers, from_snapshot
from enricher.api import Wiring, router
from enricher.ledger import Ledger
from enricher.settings import EnricherSettings, Mode
from marquee.consumer import DeadLetters, consume
from marquee.kafka import ensure_topics, open_consumer, open_producer, topic_name
from marquee.operations import Dependencies, install_operations
from marquee.publisher import BULK_OPTIONS, Publisher
from marquee.service import background, run, said_in_one_line
from marquee.tmdb_snapshot import Snapshot
from marquee.topics import CATALOG, METADATA

log = structlog.get_logger()


class State(TypedDict):
    wiring: Wiring


def utc_now() -> datetime:
    return datetime.now(UTC)


def create_app(settings: EnricherSettings | None = None, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    settings = settings or EnricherSettings()
    dependencies = Dependencies()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            async with said_in_one_line(app):
                snapshot = _snapshot(settings)
                await ensure_topics(settings.kafka, (CATALOG, METADATA), wait_s=settings.wait_s)
            ledger = Ledger(settings.mode)
            publisher = Publisher(settings.kafka, timeout_s=settings.publish_timeout_s, **BULK_OPTIONS)
            await stack.enter_async_context(publisher)
            reader = await stack.enter_async_context(open_consumer(settings.kafka, [CATALOG, METADATA], group=None))
            answers = Answers(publisher, ledger, settings.mode)
            works = [("ledger", ledger.follow(reader, catalog=topic_name(settings.kafka, CATALOG.name)))]
            works += [await _answering(settings, snapshot, answers, stack)] if snapshot else []
            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            for name, work in works:
                tasks.start(name, work)
            dependencies.add("kafka", publisher.ping)
            dependencies.add("ledger", ledger.ping)
            yield {"wiring": Wiring(ledger)}

    app = FastAPI(title="Marquee enricher", lifespan=lifespan)
    app.include_router(router)
    install_operations(app, "enricher", dependencies)
    return app


def _snapshot(settings: EnricherSettings) -> Snapshot | None:
    if settings.mode is not Mode.SNAPSHOT or settings.tmdb_snapshot is None:
        return None
    return Snapshot.read(settings.tmdb_snapshot)


async def _answering(
    settings: EnricherSettings, snapshot: Snapshot, answers: Answers, stack: AsyncExitStack
) -> tuple[str, Coroutine[Any, Any, None]]:
    """The consuming loop. Each source of metadata has a group of its own: a new one answers for all movies again."""
    dead = DeadLetters(await stack.enter_async_context(open_producer(settings.kafka)), settings.kafka.topic_prefix)
    group = f"enricher.{settings.mode}-{snapshot.digest}"
    consumer = await stack.enter_async_context(open_consumer(settings.kafka, [CATALOG], group=group))
    handle = partial(from_snapshot, snapshot=snapshot, answers=answers)
    return "catalog_consumer", consume(consumer, [CATALOG], handle, dead_letters=dead)


if __name__ == "__main__":
    run("enricher", create_app, EnricherSettings())
