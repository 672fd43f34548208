"""A bulk load from end to end: find the data, read and validate all of it, then publish movies and ratings."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from ingest import load_memory
from ingest.datasets import directory_of
from ingest.histories import records
from ingest.known_movies import KnownMovies
from ingest.layouts import Layout, layout_of
from ingest.progress import LoadReport, Phase, Progress
from ingest.reading import DataSet, read_data_set
from ingest.rejects import Rejects
from ingest.settings import IngestSettings
from ingest.table import Table, slices
from marquee.contracts.topics import CATALOG, RATINGS, Topic
from marquee.errors import MarqueeError, Misconfigured, Transient
from marquee.kafka.clients import open_consumer
from marquee.kafka.publisher import BULK_OPTIONS, Publisher, Record, record_of
from marquee.retrying import Retry, growing, retried

log = structlog.get_logger()

Clock = Callable[[], datetime]
MOVIES_AT_ONCE = 5_000
SEND_PAUSES = growing(0.25, 5.0)


async def load(settings: IngestSettings, progress: Progress, known: KnownMovies, *, clock: Clock) -> LoadReport:
    """Load settings.data. The topics exist.

    Raises:
        Misconfigured: the data cannot be found or is not MovieLens; nothing was published.
        Transient: the broker was unavailable for longer than load_retry_s; a second load counts nothing twice.
    """
    progress.data = settings.data
    try:
        report = await _as_ours(_load(settings, progress, known, clock), settings)
    except MarqueeError as error:
        progress.error = str(error)
        progress.enter(Phase.FAILED)
        raise
    progress.report = report
    progress.enter(Phase.DONE)
    return report


async def _as_ours(work: Coroutine[Any, Any, LoadReport], settings: IngestSettings) -> LoadReport:
    """The same, with errors of the broker's client and of the file system as ours, in one line."""
    try:
        return await work
    except KafkaError as error:
        raise Transient(f"kafka at {settings.kafka.bootstrap}: {type(error).__name__} {error}".strip()) from error
    except OSError as error:
        raise Misconfigured(f"{error.filename or 'the file system'}: {error.strerror or error}") from error


async def _load(settings: IngestSettings, progress: Progress, known: KnownMovies, clock: Clock) -> LoadReport:
    started = time.monotonic()
    directory = await directory_of(settings, progress)
    layout = await asyncio.to_thread(layout_of, directory)
    digest = await asyncio.to_thread(load_memory.digest_of, layout)
    async with open_consumer(settings.kafka, (), group=None) as offsets:
        before = load_memory.remembered(settings.state_dir, digest, settings.kafka)
        if before and not settings.force_load:
            report, ends = before
            if load_memory.is_still_there(ends, await load_memory.log_ends(offsets, settings.kafka)):
                log.info("load_skipped", data=settings.data, reason="the same content is already loaded")
                return report.model_copy(update={"data": progress.data, "skipped": True})
        progress.enter(Phase.READING)
        data, rejects = await asyncio.to_thread(_read, settings, layout, progress, clock())
        progress.ratings_accepted = len(data.ratings)
        progress.enter(Phase.PUBLISHING)
        async with Publisher(settings.kafka, timeout_s=settings.load_timeout_s, **BULK_OPTIONS) as publisher:
            events = await publish(data, publisher, settings, progress, known)
        report = _report(progress, data, rejects, events, time.monotonic() - started)
        load_memory.remember(
            settings.state_dir, digest, settings.kafka, report, await load_memory.log_ends(offsets, settings.kafka)
        )
    log.info("load_finished", **report.model_dump())
    return report


def _read(settings: IngestSettings, layout: Layout, progress: Progress, now: datetime) -> tuple[DataSet, Rejects]:
    def on_rows(rows_read: int, permille: int) -> None:
        progress.rows_read, progress.permille, progress.rejected = rows_read, permille, rejects.by_reason()

    with Rejects(_rejects_file(settings, layout, now)) as rejects:
        try:
            data = read_data_set(layout, rejects, now_s=int(now.timestamp()), on_rows=on_rows)
        except Misconfigured as error:
            raise Misconfigured(f"{error}; nothing was published") from error
    progress.rejected = rejects.by_reason()
    return data, rejects


def _rejects_file(settings: IngestSettings, layout: Layout, now: datetime) -> Path:
    name = layout.movies.parent.resolve().name or "data"
    return settings.rejects_dir / f"{name}-{now.astimezone(UTC):%Y%m%dT%H%M%S}.csv"


async def publish(
    data: DataSet, publisher: Publisher, settings: IngestSettings, progress: Progress, known: KnownMovies
) -> int:
    """Movies first, so that whoever meets a rating has met its movie. Returns the number of rating events."""
    for start in range(0, len(data.movies), MOVIES_AT_ONCE):
        movies = data.movies[start : start + MOVIES_AT_ONCE]
        await _send(publisher, CATALOG, [record_of(CATALOG, movie) for movie in movies], settings.load_retry_s)
        known.add(movie.movie_id for movie in movies)
        progress.movies_published += len(movies)
    events = 0
    cuts = list(slices(data.ratings))
    pending = asyncio.create_task(_encoded(data.ratings, cuts[0]))
    try:
        for at, cut in enumerate(cuts):
            batch = await pending
            if at + 1 < len(cuts):  # the next slice is encoded while this one travels
                pending = asyncio.create_task(_encoded(data.ratings, cuts[at + 1]))
            await _send(publisher, RATINGS, batch, settings.load_retry_s)
            events += len(batch)
            progress.ratings_published += cut.stop - cut.start
            progress.permille = 1_000 * progress.ratings_published // len(data.ratings)
    finally:  # when sending failed, nobody wants the next slice
        pending.cancel()
        await asyncio.gather(pending, return_exceptions=True)
    return events


async def _encoded(ratings: Table, cut: slice) -> list[Record]:
    return await asyncio.to_thread(lambda: list(records(ratings.take(cut))))


async def _send(publisher: Publisher, topic: Topic[Any], batch: Sequence[Record], retry_s: float) -> None:
    def report(retry: Retry) -> None:
        log.warning("load_retried", topic=topic.name, error=str(retry.error))

    try:
        await retried(
            lambda: publisher.publish(topic, batch),
            on=(Transient,),
            total_s=retry_s,
            pauses=SEND_PAUSES,
            on_retry=report,
        )
    except Transient as error:
        raise Transient(f"the load gave up after {retry_s:.0f} s: {error}") from error


def _report(progress: Progress, data: DataSet, rejects: Rejects, events: int, seconds: float) -> LoadReport:
    return LoadReport(
        data=progress.data,
        rows_read=data.rows_read,
        accepted=len(data.ratings),
        rejected=rejects.by_reason(),
        users=data.users,
        movies=len(data.movies),
        events=events,
        rejects_file=str(rejects.path) if rejects.total else None,
        seconds=round(seconds, 2),
    )
