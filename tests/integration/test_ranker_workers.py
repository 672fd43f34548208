"""A ranker of two processes: whichever answers, the ranking is the same, and one that is killed is not missed."""

import asyncio
import os
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.settings import KafkaSettings
from marquee_cli.machine import tree_of
from support.ranker_process import ranker_process
from support.running_app import running
from support.service_process import NOBODY
from support.wait import until

pytestmark = pytest.mark.integration

BODY = {"user_id": 1, "k": 5}
PATIENT = {"MARQUEE_USER_TIMEOUT_S": "10", "MARQUEE_RANK_LIMIT_S": "60"}


async def test_either_of_two_processes_answers_and_the_other_goes_on_when_one_is_killed(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    async with ranker_process(kafka_settings, tmp_path, MARQUEE_RANKER_WORKERS="2", **PATIENT) as ranker:
        pid, url = ranker.service.pid, ranker.service.url

        async def ranked() -> dict[str, Any] | None:
            async with httpx.AsyncClient(timeout=60) as client:  # a new connection, which either may accept
                answer = await client.post(f"{url}/v1/rank", json=BODY)
            found: dict[str, Any] = answer.json()
            return found if answer.status_code == 200 and found["meta"]["rung"] == "personal" else None

        async def both_have_ranked() -> bool:
            """Each computes the ranking once, and sends it again after that."""
            await ranked()
            async with httpx.AsyncClient(timeout=60) as client:
                counted = (await client.get(f"{url}/metrics")).text
            found = re.search(r'^marquee_ranking_cache_total{had="miss"} (\S+)$', counted, re.MULTILINE)
            return found is not None and float(found[1]) == 2

        await until(both_have_ranked, limit_s=90)
        answers = [await ranked() for _ in range(10)]
        assert all(answers)
        lists = {str([(card["movie_id"], card["score"]) for card in found["items"]]) for found in answers if found}
        assert len(lists) == 1

        _, killed, _ = tree_of(pid)
        settings = GatewaySettings(
            redis=ranker.redis, ranker_url=url, ingest_url=NOBODY, wait_s=10, ranker_timeout_s=60
        )
        async with running(create_app(settings)) as gateway:
            bodies = [{**BODY, "user_id": user} for user in range(1, 21)]
            under_way = [asyncio.create_task(gateway.post("/v1/rank", json=body)) for body in bodies]
            await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            os.kill(killed, signal.SIGKILL)
            found = await asyncio.gather(*under_way)

        assert [answer.json()["meta"]["rung"] for answer in found] == ["personal"] * 20
