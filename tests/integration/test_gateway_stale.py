"""Redis hangs behind the gateway and a real ranker: a known user gets the last known list, and soon."""

import os
import signal
import time
from pathlib import Path
from statistics import median

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.settings import KafkaSettings
from support.ranker_process import ranker_process
from support.running_app import running
from support.service_process import NOBODY
from support.wait import until

pytestmark = pytest.mark.integration


async def test_a_known_user_is_answered_stale_and_soon_while_redis_hangs(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    async with ranker_process(kafka_settings, tmp_path) as ranker:
        settings = GatewaySettings(redis=ranker.redis, ranker_url=ranker.service.url, ingest_url=NOBODY, wait_s=10)
        async with running(create_app(settings)) as gateway:

            async def rank() -> tuple[httpx.Response, float]:
                started = time.monotonic()
                answer = await gateway.post("/v1/rank", json={"user_id": 1, "k": 5})
                return answer, time.monotonic() - started

            async def is_personal() -> bool:
                return bool((await rank())[0].json()["meta"]["rung"] == "personal")

            await until(is_personal)
            current = (await rank())[0].json()
            os.kill(ranker.redis_pid, signal.SIGSTOP)
            try:
                answers = [await rank() for _ in range(9)]
            finally:
                os.kill(ranker.redis_pid, signal.SIGCONT)

            assert [answer.json()["meta"]["rung"] for answer, _ in answers] == ["stale"] * 9
            for answer, _ in answers:
                assert [c["movie_id"] for c in answer.json()["items"]] == [c["movie_id"] for c in current["items"]]
            assert median(took_s for _, took_s in answers) < 1.0
            await until(is_personal, limit_s=10)
