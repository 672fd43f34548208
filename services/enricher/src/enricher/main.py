"""The enricher service: `python -m enricher.main`."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial

import structlog
from fastapi import FastAPI

from enricher.answers import AT_ONCE, Answers, from_snapshot, from_tmdb, recheck
from enricher.ledger import Ledger
from enricher.routes import Wiring, router
from enricher.settings import EnricherSettings, Mode
from enricher.tmdb import open_tmdb
from marquee.contracts.topics import CATALOG, METADATA
from marquee.http.background import Work
from marquee.http.service import Service, run
from marquee.kafka.clients import ensure_topics, open_consumer, topic_name
from marquee.kafka.consuming import DeadLetters, Handle, consume
from marquee.kafka.publisher import BULK_OPTIONS, Publisher
from marquee.readers.tmdb_file import TmdbFile

log = structlog.get_logger()

SNAPSHOT_AT_ONCE = 2_000


def utc_now() -> datetime:
    return datetime.now(UTC)


async def start(
    service: Service[EnricherSettings], stack: AsyncExitStack, *, clock: Callable[[], datetime] = utc_now
) -> Wiring:
    """Read back the earlier answers, and answer for the listed movies from the source that is configured."""
    settings = service.settings
    snapshot = _snapshot(settings)
    await ensure_topics(settings.kafka, (CATALOG, METADATA), wait_s=settings.wait_s)
    publisher = Publisher(settings.kafka, timeout_s=settings.publish_timeout_s, **BULK_OPTIONS)
    await stack.enter_async_context(publisher)
    reader = await stack.enter_async_context(open_consumer(settings.kafka, [CATALOG, METADATA], group=None))
    ledger = Ledger(settings.mode)
    earlier = ledger.read_from(reader, catalog=topic_name(settings.kafka, CATALOG.name))
    service.tasks.start("ledger", earlier.follow())
    service.dependencies.add("kafka", publisher.ping)
    service.dependencies.add("ledger", earlier.ping)
    answers = Answers(publisher, ledger, earlier, settings.mode)
    if snapshot:
        handle: Handle = partial(from_snapshot, snapshot=snapshot, answers=answers)
        service.tasks.start("answering", await _answering(settings, f"snapshot-{snapshot.digest}", handle, stack))
    elif settings.mode is Mode.TMDB:
        tmdb = await stack.enter_async_context(open_tmdb(settings))
        handle = partial(from_tmdb, tmdb=tmdb, answers=answers, clock=clock)
        service.tasks.start("answering", await _answering(settings, "tmdb", handle, stack))
        service.tasks.start("recheck", recheck(tmdb, answers, clock, every_s=settings.tmdb_recheck_s))
        service.dependencies.add("tmdb", tmdb.ping, is_required=False)
    else:
        log.info("tmdb_off", hint="no TMDB_API_KEY and no MARQUEE_TMDB_SNAPSHOT: movies go without metadata")
    return Wiring(ledger)


def create_app(settings: EnricherSettings | None = None, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The app; it answers for listed movies while it runs."""
    app = Service("enricher", settings or EnricherSettings()).app(partial(start, clock=clock))
    app.include_router(router)
    return app


def _snapshot(settings: EnricherSettings) -> TmdbFile | None:
    if settings.mode is not Mode.SNAPSHOT or settings.tmdb_snapshot is None:
        return None
    return TmdbFile.read(settings.tmdb_snapshot)


async def _answering(settings: EnricherSettings, source: str, handle: Handle, stack: AsyncExitStack) -> Work:
    """The consuming loop. Each source of metadata has its own group, so that a new one answers for all movies again.

    A static member gets its partitions back at once after it was killed, on the embedded broker too (ADR 0002).
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
