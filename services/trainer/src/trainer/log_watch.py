"""Watches the topics and the event log, and starts a training when one is due."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from marquee.contracts.events import MetadataStatus
from marquee.contracts.topics import CATALOG, METADATA, RATINGS, Topic
from marquee.errors import MarqueeError
from marquee.kafka.clients import topic_name
from marquee.settings import KafkaSettings
from marquee.stores.event_log import EventLog
from trainer.runs import Runs
from trainer.schedule import LATE_METADATA_SHARE, LogSight, Sightings, due

log = structlog.get_logger()

LOOK_EVERY_S = 2.0
LOOK_LIMIT_S = 30.0
STILL_LOOKS = 5
"""Looks without new metadata after which the movies are counted, even if only few have come since the last count."""

TOPICS: tuple[Topic[Any], ...] = (CATALOG, METADATA, RATINGS)

Offsets = Mapping[str, Sequence[int]]
"""For each of TOPICS the offset after the last record, by partition."""


@dataclass(slots=True)
class LogWatch:
    """One look after the other at an event log; what cannot have changed since the last one is not read again."""

    event_log: EventLog
    _ends: Offsets | None = None
    _held: Offsets | None = None
    _n_ratings: int = 0
    _movies: tuple[int, int] = (0, 0)  # listed, and with metadata
    _counted_at: int = -1  # where the log's catalogue and metadata ended when the movies were last counted
    _still_looks: int = 0

    def look(self, ends: Offsets, *, with_movies: bool) -> LogSight:
        """What the topics and the log hold now.

        Args:
            ends: of the topics. with_movies: count the movies too, which matters only once there is a model.
        Raises:
            OSError, ArrowException, ValueError: the log could not be read; the next look reads it again.
        """
        is_same = self._ends == ends == self._held
        held = ends if is_same else self._held_offsets()
        if held != self._held:
            self._n_ratings = self.event_log.rows(RATINGS.name)
        if with_movies:
            self._count_movies(held)
        self._ends, self._held = ends, held
        behind = sum(_lacking(ends[topic.name], held[topic.name]) for topic in (CATALOG, RATINGS))
        movies, enriched = self._movies if with_movies else (0, 0)
        return LogSight(self._n_ratings, behind, sum(ends[METADATA.name]), movies, enriched)

    def _held_offsets(self) -> Offsets:
        return {
            topic.name: [self.event_log.next_offset(topic.name, partition) for partition in range(topic.partitions)]
            for topic in TOPICS
        }

    def _count_movies(self, held: Offsets) -> None:
        """Read the log's movies if many have come since the last count, or if no more are coming."""
        end = sum(held[CATALOG.name]) + sum(held[METADATA.name])
        is_still = self._held is not None and held[METADATA.name] == self._held[METADATA.name]
        self._still_looks = self._still_looks + 1 if is_still else 0
        are_few = self._counted_at >= 0 and abs(end - self._counted_at) < LATE_METADATA_SHARE * self._movies[0]
        if end == self._counted_at or (are_few and self._still_looks < STILL_LOOKS):
            return
        listed = {movie.movie_id for movie in self.event_log.listed()}
        found = {movie.movie_id for movie in self.event_log.enriched() if movie.status is MetadataStatus.FOUND}
        self._movies, self._counted_at = (len(listed), len(listed & found)), end


async def end_offsets(consumer: AIOKafkaConsumer, kafka: KafkaSettings) -> Offsets:
    """Where the topics end.

    Raises:
        KafkaError, TimeoutError: the broker did not answer.
    """
    ends: dict[str, list[int]] = {}
    async with asyncio.timeout(LOOK_LIMIT_S):
        for topic in TOPICS:
            partitions = [TopicPartition(topic_name(kafka, topic.name), p) for p in range(topic.partitions)]
            found = await consumer.end_offsets(partitions)
            ends[topic.name] = [found[partition] for partition in partitions]
    return ends


async def train_when_due(runs: Runs, watch: LogWatch, consumer: AIOKafkaConsumer) -> None:
    """Look, and train when it is time. Never ends: a log that cannot be read is reported once and read again."""
    sightings: Sightings | None = None
    rules = runs.settings.rules
    is_unreadable = False
    while True:
        try:
            ends = await end_offsets(consumer, runs.settings.kafka)
            sight = await asyncio.to_thread(watch.look, ends, with_movies=runs.trained_on is not None)
            if is_unreadable:
                log.info("log_is_readable")
            is_unreadable = False
        except (KafkaError, MarqueeError, OSError, pa.ArrowException, ValueError) as error:
            if not is_unreadable:
                log.warning("log_unreadable", error=f"{type(error).__name__}: {error}")
            is_unreadable = True
            await asyncio.sleep(LOOK_EVERY_S)
            continue
        now_s = time.monotonic()
        known = runs.trained_on
        sightings = (
            Sightings.start(sight, now_s=now_s)
            if sightings is None
            else sightings.next(sight, known, rules, now_s=now_s)
        )
        why = None if runs.is_busy else due(sightings, known, runs.past, rules, now_s=now_s)
        if why is not None:
            await runs.begin(now=datetime.now(UTC), reason=why)
        await asyncio.sleep(LOOK_EVERY_S)


def _lacking(ends: Sequence[int], held: Sequence[int]) -> int:
    return sum(max(0, end - have) for end, have in zip(ends, held, strict=True))
