"""What is listed and what is known of it, read back from catalog.v1 and metadata.v1: the coverage, and the memory that
keeps a restart from asking TMDB again."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import ValidationError

from enricher.settings import Mode
from enricher.tmdb_body import Asked
from marquee.contracts.bodies import Answer
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA
from marquee.errors import InvalidEvent, Transient

MAX_AGE = timedelta(days=180)
"""TMDB's terms allow to keep an answer for six months."""

SOURCE = "source"
"""The record header that says which mode an answer comes from."""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that stands on metadata.v1."""

    tmdb_id: int | None
    status: MetadataStatus
    fetched_at: datetime
    source: str


class Coverage(Answer):
    """The body of GET /v1/coverage."""

    mode: Mode
    movies: int
    found: int
    not_found: int
    unavailable: int
    pending: int  # listed, and no answer yet


class Ledger:
    """Grows by reading both topics, and by what is published here, whichever comes first."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._listed: dict[int, int | None] = {}
        self._known: dict[int, Known] = {}
        self._behind: dict[TopicPartition, int] | None = None

    @property
    def is_complete(self) -> bool:
        """All that stood on the topics at the start was read."""
        return self._behind is not None and not self._behind

    async def ping(self) -> str:
        self.require_complete()
        return f"{len(self._known)} answers"

    def require_complete(self) -> None:
        """Raises: Transient while it is not yet known what was answered before."""
        if not self.is_complete:
            raise Transient("earlier answers are still being read")

    def note_listed(self, movie: MovieListed) -> None:
        self._listed[movie.movie_id] = movie.tmdb_id

    def note(self, answer: MovieEnriched, source: str) -> None:
        self._known[answer.movie_id] = Known(answer.tmdb_id, answer.status, answer.fetched_at, source)

    def is_settled(self, movie: MovieListed, *, now: datetime) -> bool:
        """TMDB has answered for this movie and this TMDB id, and the answer may still be kept."""
        known = self._known.get(movie.movie_id)
        return (
            known is not None
            and known.source == self._mode
            and known.tmdb_id == movie.tmdb_id
            and known.status is not MetadataStatus.UNAVAILABLE
            and now - known.fetched_at < MAX_AGE
        )

    def is_found(self, movie_id: int) -> bool:
        known = self._known.get(movie_id)
        return known is not None and known.status is MetadataStatus.FOUND

    def due(self, *, now: datetime, recheck: timedelta) -> Iterator[Asked]:
        """What was unavailable for a while, and what became too old to keep."""
        for movie_id, known in self._known.items():
            if known.tmdb_id is None:
                continue
            limit = recheck if known.status is MetadataStatus.UNAVAILABLE else MAX_AGE
            if now - known.fetched_at >= limit:
                yield Asked(movie_id, known.tmdb_id)

    def coverage(self) -> Coverage:
        counts = Counter(known.status for movie_id, known in self._known.items() if movie_id in self._listed)
        return Coverage(
            mode=self._mode,
            movies=len(self._listed),
            found=counts[MetadataStatus.FOUND],
            not_found=counts[MetadataStatus.NOT_FOUND],
            unavailable=counts[MetadataStatus.UNAVAILABLE],
            pending=len(self._listed) - counts.total(),
        )

    async def follow(self, consumer: AIOKafkaConsumer, *, catalog: str) -> None:
        """Read for ever. The consumer has no group and starts at the beginning; catalog is a topic's name."""
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await consumer.beginning_offsets(consumer.assignment())
        self._behind = {partition: end for partition, end in ends.items() if end > starts[partition]}
        while True:
            polled = await consumer.getmany(timeout_ms=500, max_records=2_000)
            for partition, records in polled.items():
                self._read(records, is_catalog=partition.topic == catalog)
            for partition, end in list(self._behind.items()):
                if await consumer.position(partition) >= end:
                    del self._behind[partition]

    def _read(self, records: Iterable[object], *, is_catalog: bool) -> None:
        for record in records:
            value, headers = record.value, dict(record.headers)  # type: ignore[attr-defined]  # aiokafka is untyped
            try:
                if is_catalog:
                    self.note_listed(CATALOG.parse(value))
                else:
                    self.note(METADATA.parse(value), headers.get(SOURCE, b"").decode())
            except (InvalidEvent, ValidationError):
                continue  # the consuming loop puts it on the dead-letter topic
