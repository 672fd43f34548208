"""Opening Kafka: topics that exist with the right shape, and producers and consumers with one set of options."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from marquee.contracts.topics import ACTIVITY, CATALOG, METADATA, MODELS, RATINGS, SERVING, Topic
from marquee.errors import Misconfigured
from marquee.patches import Word, pause_between_empty_fetches, start_client, stop_consumer
from marquee.settings import KafkaSettings
from marquee.waiting import wait_until_reachable

log = structlog.get_logger()

ALL_TOPICS: tuple[Topic[Any], ...] = (CATALOG, METADATA, RATINGS, ACTIVITY, MODELS, SERVING)
CONSUMER_OPTIONS = {
    "max_partition_fetch_bytes": 4 * 1_048_576,
    "max_poll_interval_ms": 300_000,
    "metadata_max_age_ms": 30_000,
    "consumer_timeout_ms": 2_000,  # between aiokafka's looks at what to fetch next, which every answer wakes it for
}
UNLIMITED_MS = "-1"
DAY_MS = 86_400_000


def topic_name(settings: KafkaSettings, name: str) -> str:
    """The topic's name on the broker, with the prefix that a test run may have."""
    return settings.topic_prefix + name


def group_name(settings: KafkaSettings, name: str) -> str:
    """The consumer group's name on the broker."""
    return f"{settings.topic_prefix}{settings.group_prefix}.{name}"


def _new_topics(settings: KafkaSettings, topics: Iterable[Topic[Any]]) -> list[NewTopic]:
    wanted = []
    for topic in topics:
        wanted.append(
            NewTopic(
                topic_name(settings, topic.name),
                topic.partitions,
                settings.replication,
                topic_configs=_cleanup(settings, topic),
            )
        )
        dead_letters = topic_name(settings, topic.dead_letters)
        wanted.append(NewTopic(dead_letters, 1, settings.replication, topic_configs={"retention.ms": UNLIMITED_MS}))
    return wanted


def _cleanup(settings: KafkaSettings, topic: Topic[Any]) -> dict[str, str]:
    """What the broker removes from a topic: replaced records, old records, or nothing."""
    if topic.is_compacted:
        return {"cleanup.policy": "compact"}
    if topic.keeps_ms is not None:  # a broker removes whole segments, so these have to be as short
        return {"retention.ms": str(topic.keeps_ms), "segment.ms": str(topic.keeps_ms)}
    return {"retention.ms": str(settings.activity_days * DAY_MS) if topic.is_time_limited else UNLIMITED_MS}


async def ensure_topics(settings: KafkaSettings, topics: Iterable[Topic[Any]] = ALL_TOPICS, *, wait_s: float) -> None:
    """Wait for the broker, then create what is missing.

    A broker that lost its data creates a topic by itself, with one partition, for the first client that asks for it;
    the missing partitions are added. No record can be in the wrong one: publishers name the partition they mean.

    Raises:
        Misconfigured: the broker is not reachable within wait_s, or a topic has another number of partitions.
    """
    topics = tuple(topics)

    async def probe() -> None:
        async with _open_admin(settings, request_timeout_ms=5_000) as admin:
            await admin.list_topics()

    await wait_until_reachable("kafka", settings.bootstrap, probe, limit_s=wait_s)
    async with _open_admin(settings) as admin:
        existing = set(await admin.list_topics())
        missing = [new for new in _new_topics(settings, topics) if new.name not in existing]
        if missing:
            answer = await admin.create_topics(missing)
            for name, code, *_ in answer.topic_errors:
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise Misconfigured(
                        f"kafka at {settings.bootstrap} did not create {name}: {for_code(code).__name__}"
                    )
        names = [topic_name(settings, topic.name) for topic in topics]
        described = await admin.describe_topics(names)
        if short := _created_by_the_broker(settings, topics, described):
            await admin.create_partitions({name: NewPartitions(count) for name, count in short.items()})
            described = await admin.describe_topics(names)
    found = {row["topic"]: len(row["partitions"]) for row in described}
    for topic in topics:
        count = found.get(topic_name(settings, topic.name), 0)
        if count not in (0, topic.partitions):  # 0: created a moment ago, not yet in the metadata
            raise Misconfigured(f"topic {topic.name} has {count} partitions, this release needs {topic.partitions}")


def _created_by_the_broker(
    settings: KafkaSettings, topics: Iterable[Topic[Any]], described: Iterable[dict[str, Any]]
) -> dict[str, int]:
    """Topics with one partition that have to have more, and how many."""
    found = {row["topic"]: len(row["partitions"]) for row in described}
    wanted = {topic_name(settings, topic.name): topic.partitions for topic in topics}
    return {name: count for name, count in wanted.items() if found.get(name) == 1 and count > 1}


@asynccontextmanager
async def _open_admin(settings: KafkaSettings, **options: Any) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.bootstrap, **options)
    try:
        await start_client(admin)
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def open_producer(settings: KafkaSettings, **options: Any) -> AsyncIterator[AIOKafkaProducer]:
    """An idempotent producer that waits for all replicas."""
    producer = AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap,
        enable_idempotence=True,
        acks="all",
        **{"linger_ms": 0, "max_batch_size": 262_144, "request_timeout_ms": 15_000} | options,
    )
    try:  # a client that could not start has to be stopped too
        await start_client(producer)
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def open_consumer(
    settings: KafkaSettings,
    topics: Iterable[Topic[Any]],
    *,
    group: str | None,
    arrivals: Word | None = None,
    **options: Any,
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that starts at the beginning unless its group has an offset, and never commits by itself.

    Args:
        arrivals: said by whoever knows of a new record; a consumer that pauses (`idle_pause`) then asks for it at once.
    """
    consumer = AIOKafkaConsumer(
        *[topic_name(settings, topic.name) for topic in topics],
        bootstrap_servers=settings.bootstrap,
        group_id=None if group is None else group_name(settings, group),
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **CONSUMER_OPTIONS | options,
    )
    try:
        await start_client(consumer)
        if settings.idle_pause:
            pause_between_empty_fetches(consumer, arrivals=arrivals)
        yield consumer
    finally:
        await stop_consumer(consumer)
