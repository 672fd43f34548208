"""From listed movies to published answers. One function for each mode; both may be given the same movies again."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from enricher import tmdb_body
from enricher.ledger import SOURCE, Ledger
from enricher.settings import Mode
from enricher.tmdb import Tmdb, Unavailable
from enricher.tmdb_body import Lookup
from marquee.contracts.batches import Batch
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.contracts.topics import METADATA
from marquee.errors import Transient
from marquee.kafka.publisher import Publisher, record_of
from marquee.kafka.topic_view import TopicView
from marquee.readers.tmdb_file import TmdbFile

log = structlog.get_logger()

Clock = Callable[[], datetime]
AT_ONCE = 40
"""Movies looked up together: few enough to stay below the consumer's poll interval if each takes all of its time."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Where answers go: metadata.v1 first, then the ledger. `earlier` reads the ledger back from the topics."""

    publisher: Publisher
    ledger: Ledger
    earlier: TopicView
    mode: Mode

    async def put(self, answers: Sequence[MovieEnriched]) -> None:
        source = (SOURCE, self.mode.value.encode())
        await self.publisher.publish(METADATA, [record_of(METADATA, answer, source) for answer in answers])
        for answer in answers:
            self.ledger.note(answer, self.mode)


async def from_snapshot(batch: Batch[MovieListed], snapshot: TmdbFile, answers: Answers) -> None:
    """Answer every movie of a batch at once."""
    await answers.put([snapshot.answer(record.event) for record in batch.records])


async def from_tmdb(batch: Batch[MovieListed], tmdb: Tmdb, answers: Answers, clock: Clock) -> None:
    """Look up at TMDB every movie of a batch that has no answer yet."""
    answers.earlier.require_complete()
    now = clock()
    movies = [record.event for record in batch.records if not answers.ledger.is_settled(record.event, now=now)]
    given = await _look_up([Lookup(movie.movie_id, movie.tmdb_id) for movie in movies], tmdb, clock)
    await answers.put([a for a in given if not (_is_unavailable(a) and answers.ledger.is_found(a.movie_id))])


async def recheck(tmdb: Tmdb, answers: Answers, clock: Clock, *, every_s: float) -> None:
    """Every `every_s`, look up again what was unavailable and what is too old to keep. Never ends."""
    while True:
        await asyncio.sleep(every_s)
        if not answers.earlier.is_complete:
            continue
        due = list(answers.ledger.due(now=clock(), recheck=timedelta(seconds=every_s)))
        for start in range(0, len(due), AT_ONCE):
            given = [a for a in await _look_up(due[start : start + AT_ONCE], tmdb, clock) if not _is_unavailable(a)]
            if not given:
                break  # still unavailable
            try:
                await answers.put(given)
            except Transient as error:
                log.warning("recheck_postponed", error=str(error))
                break


async def _look_up(movies: Sequence[Lookup], tmdb: Tmdb, clock: Clock) -> list[MovieEnriched]:
    return await asyncio.gather(*(_answer(movie, tmdb, clock) for movie in movies))


async def _answer(movie: Lookup, tmdb: Tmdb, clock: Clock) -> MovieEnriched:
    if movie.tmdb_id is None:
        return tmdb_body.empty(movie, MetadataStatus.NOT_FOUND, fetched_at=clock())
    try:
        body = await tmdb.movie(movie.tmdb_id)
    except Unavailable as error:
        log.debug("tmdb_unavailable", movie_id=movie.movie_id, error=str(error))
        return tmdb_body.empty(movie, MetadataStatus.UNAVAILABLE, fetched_at=clock())
    if body is None:
        return tmdb_body.empty(movie, MetadataStatus.NOT_FOUND, fetched_at=clock())
    return tmdb_body.found(movie, body, fetched_at=clock())


def _is_unavailable(answer: MovieEnriched) -> bool:
    return answer.status is MetadataStatus.UNAVAILABLE
