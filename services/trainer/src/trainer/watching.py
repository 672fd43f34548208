"""Looks at the topics and the log from time to time, and starts a training when one is due."""

import asyncio
import time
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
from trainer.auto import LATE_METADATA_SHARE, LogSight, Watch, due
from trainer.runs import Runs

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
LOOK_LIMIT_S = 30.0
STILL_LOOKS = 10
"""Looks without new metadata after which the movies are counted, however few came since they last were."""

TOPICS: tuple[Topic[Any], ...] = (CATALOG, METADATA, RATINGS)

Offsets = dict[str, list[int]]


@dataclass(slots=True)
class Looking:
    """One look after the other; what cannot have changed since the last one is not read again."""

    consumer: AIOKafkaConsumer
    event_log: EventLog
    kafka: KafkaSettings
    _ends: Offsets | None = None
    _held: Offsets | None = None
    _ratings: int = 0
    _movies: tuple[int, int] = (0, 0)  # listed, and with metadata
    _movies_at: int = -1  # where the log's catalogue and metadata ended when the movies were counted
    _still_looks: int = 0

    async def look(self, *, with_movies: bool) -> LogSight:
        """What is in the topics and in the log now.

        Args:
            with_movies: count the movies too; they are only wanted beside a model.
        Raises:
            KafkaError, OSError, ArrowException: the broker or the log could not be read.
        """
        async with asyncio.timeout(LOOK_LIMIT_S):
            ends = {topic.name: await self._end_offsets(topic) for topic in TOPICS}
        if ends != self._ends or ends != self._held:
            held = await asyncio.to_thread(self._held_offsets)
            if held != self._held:
                self._ratings = await asyncio.to_thread(self.event_log.rows, RATINGS.name)
            if with_movies:
                await asyncio.to_thread(self._count_movies, held)
            self._held = held
        elif with_movies:
            await asyncio.to_thread(self._count_movies, ends)
        self._ends = ends
        assert self._held is not None  # noqa: S101 — read above
        behind = sum(_lacking(ends[topic.name], self._held[topic.name]) for topic in (CATALOG, RATINGS))
        movies, enriched = self._movies if with_movies else (0, 0)
        return LogSight(self._ratings, behind, sum(ends[METADATA.name]), movies, enriched)

    def _held_offsets(self) -> Offsets:
        return {
            topic.name: [self.event_log.next_offset(topic.name, partition) for partition in range(topic.partitions)]
            for topic in TOPICS
        }

    def _count_movies(self, held: Offsets) -> None:
        """Read the movies of the log, if many came since they were counted or none come any more."""
        at = sum(held[CATALOG.name]) + sum(held[METADATA.name])
        is_same = self._held is not None and held[METADATA.name] == self._held[METADATA.name]
        self._still_looks = self._still_looks + 1 if is_same else 0
        are_few = self._movies_at >= 0 and abs(at - self._movies_at) < LATE_METADATA_SHARE * self._movies[0]
        if at == self._movies_at or (are_few and self._still_looks < STILL_LOOKS):
            return
        listed = {movie.movie_id for movie in self.event_log.listed()}
        found = {movie.movie_id for movie in self.event_log.enriched() if movie.status is MetadataStatus.FOUND}
        self._movies, self._movies_at = (len(listed), len(listed & found)), at

    async def _end_offsets(self, topic: Topic[Any]) -> list[int]:
        partitions = [TopicPartition(topic_name(self.kafka, topic.name), p) for p in range(topic.partitions)]
        found = await self.consumer.end_offsets(partitions)
        return [found[partition] for partition in partitions]


def _lacking(ends: list[int], held: list[int]) -> int:
    return sum(max(0, end - have) for end, have in zip(ends, held, strict=True))


async def train_when_due(runs: Runs, looking: Looking) -> None:
    """Look, and train when it is time. Never ends: what cannot be read is reported once and read again."""
    watch: Watch | None = None
    rules = runs.settings.rules
    is_unreadable = False
    while True:
        try:
            sight = await looking.look(with_movies=runs.known is not None)
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
        watch = watch.next(sight, runs.known, rules, now_s=now_s) if watch else Watch.start(sight, now_s=now_s)
        why = None if runs.is_busy else due(watch, runs.known, runs.past, rules, now_s=now_s)
        if why is not None:
            await runs.begin(now=datetime.now(UTC), reason=why)
        await asyncio.sleep(LOOK_EVERY_S)
