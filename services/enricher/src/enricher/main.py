"""The enricher service: `python -m enricher.main`."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypedDict

import structlog
from fastapi import FastAPI

from enricher.answers import AT_ONCE, Answers, from_snapshot, from_tmdb, recheck
from enricher.ledger import Ledger
from enricher.routes import Wiring, router
from enricher.settings import EnricherSettings, Mode
from enricher.tmdb import open_tmdb
from marquee.contracts.topics import CATALOG, METADATA
from marquee.http.operations import Dependencies, install_operations
from marquee.http.service import background, one_line_on_misconfiguration, run
from marquee.kafka.clients import ensure_topics, open_consumer, topic_name
from marquee.kafka.consuming import DeadLetters, Handle, consume
from marquee.kafka.publisher import BULK_OPTIONS, Publisher
from marquee.readers.tmdb_file import TmdbFile

log = structlog.get_logger()

Work = Coroutine[Any, Any, None]
SNAPSHOT_AT_ONCE = 2_000


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
            async with one_line_on_misconfiguration(app):
                snapshot = _snapshot(settings)
                await ensure_topics(settings.kafka, (CATALOG, METADATA), wait_s=settings.wait_s)
            ledger = Ledger(settings.mode)
            publisher = Publisher(settings.kafka, timeout_s=settings.publish_timeout_s, **BULK_OPTIONS)
            await stack.enter_async_context(publisher)
            reader = await stack.enter_async_context(open_consumer(settings.kafka, [CATALOG, METADATA], group=None))
            earlier = ledger.read_from(reader, catalog=topic_name(settings.kafka, CATALOG.name))
            answers = Answers(publisher, ledger, earlier, settings.mode)
            works: dict[str, Work] = {"ledger": earlier.follow()}
            if snapshot:
                handle: Handle = partial(from_snapshot, snapshot=snapshot, answers=answers)
                works["answering"] = await _answering(settings, f"snapshot-{snapshot.digest}", handle, stack)
            elif settings.mode is Mode.TMDB:
                tmdb = await stack.enter_async_context(open_tmdb(settings))
                handle = partial(from_tmdb, tmdb=tmdb, answers=answers, clock=clock)
                works["answering"] = await _answering(settings, "tmdb", handle, stack)
                works["recheck"] = recheck(tmdb, answers, clock, every_s=settings.tmdb_recheck_s)
                dependencies.add("tmdb", tmdb.ping, is_required=False)
            else:
                log.info("tmdb_off", hint="no TMDB_API_KEY and no MARQUEE_TMDB_SNAPSHOT: movies go without metadata")
            tasks = await stack.enter_async_context(background(getattr(app.state, "stop", lambda: None)))
            for name, work in works.items():
                tasks.start(name, work)
            dependencies.add("kafka", publisher.ping)
            dependencies.add("ledger", earlier.ping)
            yield {"wiring": Wiring(ledger)}

    app = FastAPI(title="Marquee enricher", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(router)
    install_operations(app, "enricher", dependencies, hosts=settings.hosts)
    return app


def _snapshot(settings: EnricherSettings) -> TmdbFile | None:
    if settings.mode is not Mode.SNAPSHOT or settings.tmdb_snapshot is None:
        return None
    return TmdbFile.read(settings.tmdb_snapshot)


async def _answering(settings: EnricherSettings, source: str, handle: Handle, stack: AsyncExitStack) -> Work:
    """The consuming loop. Each source of metadata has a group of its own: a new one answers for all movies again.

    A static member has its partitions again at once after it was killed, on the embedded broker too (ADR 0002).
    """
    letters = await stack.enter_async_context(Publisher(settings.kafka, timeout_s=settings.publish_timeout_s))
    group = f"enricher.{source}"
    consumer = await stack.enter_async_context(
        open_consumer(settings.kafka, [CATALOG], group=group, group_instance_id=f"enricher-{settings.replica}")
    )
    return consume(
        consumer,
        [CATALOG],
        handle,
        dead_letters=DeadLetters(letters),
        prefix=settings.kafka.topic_prefix,
        max_records=AT_ONCE if settings.mode is Mode.TMDB else SNAPSHOT_AT_ONCE,
    )


if __name__ == "__main__":
    run("enricher", create_app, EnricherSettings)
