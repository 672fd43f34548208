"""Redis hangs behind the gateway and a real ranker: a known user gets the last known list, and soon."""

import os
import signal
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx
import pytest
from redis.asyncio import Redis

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee_cli.embedded import free_port, start_redis
from support.builders import a_rating, in_batches
from support.running_app import running
from support.service_process import service_process
from support.wait import until
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.pipeline import train

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


async def test_a_known_user_is_answered_stale_within_300_ms_while_redis_hangs(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    world, now = checkerboard(), datetime(2026, 1, 1, tzinfo=UTC)
    models = tmp_path / "models"
    train(world, a_catalog(), as_of_ms=int(world.rated_at.max()), config=TrainingConfig(seed=1)).write(
        models, version="v1", created_at=now
    )
    columns = (world.user_id.tolist(), world.movie_id.tolist(), world.rating.tolist(), world.rated_at.tolist())
    rated = [a_rating(user_id=u, movie_id=m, rating=r, rated_at_ms=t) for u, m, r, t in zip(*columns, strict=True)]
    await ensure_topics(kafka_settings, wait_s=20)
    change = ModelChanged(version="v1", status=ModelStatus.PROMOTED, location="v1", changed_at=now)
    async with Publisher(kafka_settings, timeout_s=15) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, change)])
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    try:
        redis_settings = RedisSettings(url=f"redis://{child.address}/0")
        async with Redis.from_url(redis_settings.url) as client:
            for batch in in_batches(RATINGS, rated):
                await RatingStore(KeySpace(client, redis_settings.space)).apply(batch)
        with service_process(
            "ranker",
            tmp_path / "ranker.log",
            MARQUEE_REDIS__URL=redis_settings.url,
            MARQUEE_KAFKA__BOOTSTRAP=kafka_settings.bootstrap,
            MARQUEE_KAFKA__TOPIC_PREFIX=kafka_settings.topic_prefix,
            MARQUEE_MODEL_DIR=str(models),
        ) as ranker:
            settings = GatewaySettings(redis=redis_settings, ranker_url=ranker.url, ingest_url=NOBODY, wait_s=10)
            async with running(create_app(settings)) as gateway:

                async def rank() -> tuple[httpx.Response, float]:
                    started = time.monotonic()
                    answer = await gateway.post("/v1/rank", json={"user_id": 1, "k": 5})
                    return answer, time.monotonic() - started

                async def is_personal() -> bool:
                    return bool((await rank())[0].json()["meta"]["rung"] == "personal")

                await until(is_personal)
                current = (await rank())[0].json()
                os.kill(child.process.pid, signal.SIGSTOP)
                try:
                    answers = [await rank() for _ in range(9)]
                finally:
                    os.kill(child.process.pid, signal.SIGCONT)

                assert [answer.json()["meta"]["rung"] for answer, _ in answers] == ["stale"] * 9
                for answer, _ in answers:
                    assert [c["movie_id"] for c in answer.json()["items"]] == [c["movie_id"] for c in current["items"]]
                assert median(took_s for _, took_s in answers) < 0.3
                await until(is_personal, limit_s=10)
    finally:
        child.stop()
