"""The ranker as it runs in production: its processes, a model that was announced, and a Redis of its own with users."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from redis.asyncio import Redis

from marquee.bundle import BundleParts
from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee_cli.embedded import free_port, start_redis
from support.builders import a_rating, in_batches
from support.service_process import ServiceProcess, service_process
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.pipeline import train


@dataclass(frozen=True)
class RankerProcess:
    """A running one; `redis_pid` is the process of its Redis."""

    service: ServiceProcess
    redis: RedisSettings
    redis_pid: int


@cache
def a_model() -> BundleParts:
    """Trained on the checkerboard."""
    world = checkerboard()
    return train(world, a_catalog(), as_of_ms=int(world.rated_at.max()), config=TrainingConfig(seed=1))


@asynccontextmanager
async def ranker_process(
    kafka: KafkaSettings, folder: Path, model: BundleParts | None = None, /, **settings: str
) -> AsyncIterator[RankerProcess]:
    """Announce a model, store the checkerboard's ratings, and start the service on a port of its own.

    Args:
        model: `a_model` unless another one is given.
    """
    world, now = checkerboard(), datetime(2026, 1, 1, tzinfo=UTC)
    models = folder / "models"
    (model or a_model()).write(models, version="v1", created_at=now)
    columns = (world.user_id.tolist(), world.movie_id.tolist(), world.rating.tolist(), world.rated_at.tolist())
    rated = [a_rating(user_id=u, movie_id=m, rating=r, rated_at_ms=t) for u, m, r, t in zip(*columns, strict=True)]
    await ensure_topics(kafka, wait_s=20)
    change = ModelChanged(version="v1", status=ModelStatus.PROMOTED, location="v1", changed_at=now)
    async with Publisher(kafka, timeout_s=15) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, change)])
    child = start_redis(folder / "redis", port=free_port(), log=folder / "redis.log")
    try:
        redis = RedisSettings(url=f"redis://{child.address}/0")
        async with Redis.from_url(redis.url) as client:
            for batch in in_batches(RATINGS, rated):
                await RatingStore(KeySpace(client, redis.space)).apply(batch)
        with service_process(
            "ranker",
            folder / "ranker.log",
            MARQUEE_REDIS__URL=redis.url,
            MARQUEE_KAFKA__BOOTSTRAP=kafka.bootstrap,
            MARQUEE_KAFKA__TOPIC_PREFIX=kafka.topic_prefix,
            MARQUEE_MODEL_DIR=str(models),
            **settings,
        ) as service:
            yield RankerProcess(service, redis, child.process.pid)
    finally:
        child.stop()
