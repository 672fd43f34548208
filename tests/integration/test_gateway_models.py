"""Models through the gateway, on running services: read by everybody, decided by admins, followed by the ranker."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.settings import RedisSettings
from support.running_app import running
from support.small_system import ADMIN_KEY, CANDIDATE, NOBODY, RETIRED, SmallSystem
from support.wait import until

pytestmark = pytest.mark.integration

ALSO = ("trainer",)
"""It lists the models and decides which one serves."""

ADMIN = {"x-api-key": ADMIN_KEY}


@pytest.fixture
async def client(small_system: SmallSystem) -> AsyncIterator[httpx.AsyncClient]:
    async with small_system.client() as client:
        yield client


async def models(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    listed = (await client.get("/v1/models")).raise_for_status().json()["models"]
    return {each["version"]: each for each in listed}


async def is_ranked_by(client: httpx.AsyncClient, version: str) -> None:
    async def is_it() -> bool:
        answer = await client.post("/v1/rank", json={"user_id": 1, "k": 3, "explain": False})
        return bool(answer.json()["model_version"] == version)

    await until(is_it, limit_s=60)


async def test_models_are_read_without_a_key_and_the_trainers_answer_is_passed_on(
    small_system: SmallSystem, client: httpx.AsyncClient
) -> None:
    async with httpx.AsyncClient(base_url=small_system.behind["trainer"].url, timeout=30) as trainer:
        for path in ("/v1/models", f"/v1/models/{RETIRED}"):
            assert (await client.get(path)).json() == (await trainer.get(path)).raise_for_status().json()

    shown = (await client.get(f"/v1/models/{CANDIDATE}")).json()
    assert set(await models(client)) == {"v1", RETIRED, CANDIDATE}
    assert (await client.get("/models")).json() == (await client.get("/v1/models")).json()
    assert shown["checks"]
    assert shown["report"]["systems"]["marquee"]["ndcg@10"].keys() >= {"mean", "low", "high"}
    assert (await client.get("/v1/models/v9")).json()["code"] == "model_not_found"


async def test_a_promotion_and_a_roll_back_are_what_the_ranker_serves(client: httpx.AsyncClient) -> None:
    before = next(iter(await models(client)))
    reason = {"reason": "it knows the new movies"}

    promoted = await client.post(f"/v1/models/{CANDIDATE}/promote", json=reason, headers=ADMIN)

    assert promoted.status_code == 200, promoted.text
    decided = promoted.json()
    assert (decided["instead_of"], decided["model"]["state"], decided["model"]["by"]) == (before, "champion", "admin")
    await is_ranked_by(client, CANDIDATE)
    assert (await models(client))[before]["reason"] == f"replaced by {CANDIDATE}: {reason['reason']}"
    back = await client.post(f"/v1/models/{before}/rollback", headers=ADMIN)
    assert back.status_code == 200, back.text
    await is_ranked_by(client, before)


async def test_who_may_not_decide_is_refused_and_nothing_changes(client: httpx.AsyncClient) -> None:
    before = await models(client)

    nobody = await client.post(f"/v1/models/{RETIRED}/promote")
    stranger = await client.post(f"/v1/models/{RETIRED}/promote", headers={"x-api-key": "the-key-of-nobody"})
    unknown = await client.post("/v1/models/v9/promote", headers=ADMIN)
    serving = await client.post(f"/v1/models/{next(iter(before))}/promote", headers=ADMIN)
    odd = await client.post("/v1/models/a%20b/promote", headers=ADMIN)
    other = await client.post(f"/v1/models/{RETIRED}/promote", json={"why": "?"}, headers=ADMIN)
    large = await client.post(f"/v1/models/{RETIRED}/promote", json={"reason": "x" * 70_000}, headers=ADMIN)

    answers = [nobody, stranger, unknown, serving, odd, other, large]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (401, "key_required"),
        (401, "key_required"),
        (404, "model_not_found"),
        (409, "cannot_serve"),
        (422, "validation_failed"),
        (422, "validation_failed"),
        (413, "too_large"),
    ]
    assert serving.json()["detail"] == f"{next(iter(before))} serves already"
    assert await models(client) == before


async def test_without_the_trainer_models_are_unavailable_and_the_sentence_names_it(redis_address: str) -> None:
    redis = RedisSettings(url=redis_address, space=f"t{uuid4().hex[:10]}")
    settings = GatewaySettings(redis=redis, trainer_url=NOBODY, api_keys=f"admin:{ADMIN_KEY}")
    async with running(create_app(settings)) as client:
        answers = [await client.get("/v1/models"), await client.post("/v1/models/v1/promote", headers=ADMIN)]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert {answer.json()["detail"] for answer in answers} == {"trainer is unavailable; try again"}
