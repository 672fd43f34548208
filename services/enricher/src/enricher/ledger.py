"""Which movies are listed and which of them have an answer, read back from catalog.v1 and metadata.v1.

The coverage is counted from it, and it keeps a restart from asking TMDB again.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from enricher.settings import Mode
from enricher.tmdb_body import Lookup
from marquee.contracts.bodies import Answer
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA
from marquee.errors import InvalidEvent
from marquee.kafka.topic_view import TopicView

MAX_AGE = timedelta(days=180)
"""TMDB's terms allow an answer to be kept for six months."""

SOURCE = "source"
"""The record header that says which mode an answer comes from."""


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that is on metadata.v1."""

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
    """Listed movies and their answers. Grows by reading both topics and by what is published here."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._listed: dict[int, int | None] = {}
        self._known: dict[int, Known] = {}

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

    def due(self, *, now: datetime, recheck: timedelta) -> Iterator[Lookup]:
        """Movies that were unavailable for at least `recheck`, and answers that are too old to keep."""
        for movie_id, known in self._known.items():
            if known.tmdb_id is None:
                continue
            limit = recheck if known.status is MetadataStatus.UNAVAILABLE else MAX_AGE
            if now - known.fetched_at >= limit:
                yield Lookup(movie_id, known.tmdb_id)

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

    def read_from(self, consumer: AIOKafkaConsumer, *, catalog: str) -> TopicView:
        """A view that takes in both topics. The consumer has no group and starts at the beginning.

        Args:
            catalog: the name of catalog.v1 on the broker.
        """

        def apply(partition: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
            self._read(records, is_catalog=partition.topic == catalog)

        return TopicView(
            consumer, apply, what="the record of earlier answers", describe=lambda: f"{len(self._known)} answers"
        )

    def _read(self, records: Sequence[ConsumerRecord], *, is_catalog: bool) -> None:
        for record in records:
            try:
                if is_catalog:
                    self.note_listed(CATALOG.parse(record.value))
                else:
                    source = dict(record.headers).get(SOURCE, b"")
                    self.note(METADATA.parse(record.value), source.decode())
            except InvalidEvent:
                continue  # the consuming loop puts it on the dead-letter topic
