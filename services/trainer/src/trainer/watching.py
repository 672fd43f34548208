"""Looks at the topics and the log from time to time, and starts a training when one is due."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from marquee.event_log import EventLog
from marquee.kafka import topic_name
from marquee.topics import CATALOG, METADATA, RATINGS, Topic
from trainer.auto import LogSight, Watch, wants_training
from trainer.runs import Runs
from trainer.settings import TrainerSettings

log = structlog.get_logger()

LOOK_EVERY_S = 1.0


async def look(consumer: AIOKafkaConsumer, event_log: EventLog, settings: TrainerSettings) -> LogSight:
    """What is in the topics and in the log now."""
    ends = {topic.name: await _ends(consumer, topic, settings) for topic in (CATALOG, METADATA, RATINGS)}
    behind = 0
    for name in (CATALOG.name, RATINGS.name):
        held = await asyncio.to_thread(_held, event_log, name, len(ends[name]))
        behind += sum(max(0, end - have) for end, have in zip(ends[name], held, strict=True))
    return LogSight(
        ratings=await asyncio.to_thread(event_log.rows, RATINGS.name),
        produced=sum(map(sum, ends.values())),
        metadata=sum(ends[METADATA.name]),
        behind=behind,
    )


def _held(event_log: EventLog, topic: str, partitions: int) -> list[int]:
    return [event_log.next_offset(topic, partition) for partition in range(partitions)]


async def _ends(consumer: AIOKafkaConsumer, topic: Topic[Any], settings: TrainerSettings) -> list[int]:
    name = topic_name(settings.kafka, topic.name)
    found = await consumer.end_offsets([TopicPartition(name, p) for p in range(topic.partitions)])
    return [found[TopicPartition(name, p)] for p in range(topic.partitions)]


async def train_when_due(
    runs: Runs, consumer: AIOKafkaConsumer, event_log: EventLog, settings: TrainerSettings
) -> None:
    """Look for ever."""
    watch = Watch.start(await look(consumer, event_log, settings), now_s=time.monotonic())
    failed_at_rows: int | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        now_s = time.monotonic()
        watch = watch.next(await look(consumer, event_log, settings), now_s=now_s)
        due = wants_training(watch, trained_rows=runs.trained_rows, growth=settings.retrain_growth)
        if runs.is_busy or not due or watch.sight.ratings == failed_at_rows:
            continue
        if not watch.is_settled(now_s=now_s, settle_s=settings.settle_s, patience_s=settings.patience_s):
            continue
        reason = "first model" if runs.trained_rows is None else "the log has grown"
        await runs.run(now=datetime.now(UTC), reason=reason)
        failed_at_rows = watch.sight.ratings if runs.training.phase == "failed" else None
