"""GET /v1/pipeline on running services: every figure is a service's own, and what is unavailable is named."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.settings import KafkaSettings, RedisSettings
from support.running_app import running
from support.small_system import N_MOVIES, SmallSystem, in_use, publish_world, services
from support.wait import until

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
SERVICES = ("ingest", "enricher", "features", "trainer", "ranker")
Json = dict[str, Any]


@contextmanager
def all_services(kafka_address: str, redis_address: str, home: Path) -> Iterator[SmallSystem]:
    """All six, in use."""
    name = f"t{uuid4().hex[:10]}"
    is_embedded = not os.environ.get("MARQUEE_TEST_KAFKA")
    kafka = KafkaSettings(bootstrap=kafka_address, topic_prefix=f"{name}.", idle_pause=is_embedded)
    asyncio.run(publish_world(kafka, home / "models"))
    redis = RedisSettings(url=redis_address, space=name)
    with services(kafka, redis, home, also=("enricher", "trainer")) as started:
        asyncio.run(in_use(started))
        yield started


@pytest.fixture(scope="module")
def system(kafka_address: str, redis_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSystem]:
    """For the tests that leave every service alive: they run in any order."""
    with all_services(kafka_address, redis_address, tmp_path_factory.mktemp("pipeline")) as started:
        yield started


@pytest.fixture
def own_system(kafka_address: str, redis_address: str, tmp_path: Path) -> Iterator[SmallSystem]:
    """For a test that ends some of its services."""
    with all_services(kafka_address, redis_address, tmp_path) as started:
        yield started


@pytest.fixture
async def client(system: SmallSystem) -> AsyncIterator[httpx.AsyncClient]:
    async with system.client() as client:
        yield client


async def report(system: SmallSystem, service: str, path: str) -> Json:
    async with httpx.AsyncClient(base_url=system.behind[service].url, timeout=30) as client:
        found: Json = (await client.get(path)).raise_for_status().json()
        return found


async def reports(system: SmallSystem) -> dict[str, Json]:
    """What the services say of themselves, without the windows, which move with every look."""
    found = {
        "load": await report(system, "ingest", "/v1/load"),
        "accepted": await report(system, "ingest", "/v1/accepted"),
        "state": await report(system, "features", "/v1/state"),
        "coverage": await report(system, "enricher", "/v1/coverage"),
        "training": await report(system, "trainer", "/v1/training"),
        "model": await report(system, "ranker", "/v1/serving"),
    }
    del found["accepted"]["ratings"]["window_s"], found["state"]["applied"]["window_s"]
    return found


async def picture(client: httpx.AsyncClient) -> Json:
    """One that was taken after now."""
    asked_at, found = datetime.now(UTC), list[Json]()

    async def is_new() -> bool:
        answer = await client.get("/v1/pipeline")
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
        return datetime.fromisoformat(found[-1]["as_of"]) > asked_at

    await until(is_new, limit_s=30)
    return found[-1]


async def quiet_picture(system: SmallSystem, client: httpx.AsyncClient) -> tuple[Json, dict[str, Json]]:
    """A picture during which no report changed, and the reports."""
    found: list[tuple[Json, dict[str, Json]]] = []

    async def is_quiet() -> bool:
        before = await reports(system)
        found.append((await picture(client), before))
        return before == await reports(system)

    await until(is_quiet, limit_s=60)
    return found[-1]


def parts_of(shown: Json) -> dict[str, Json]:
    return {part["name"]: part for part in shown["parts"]}


async def test_every_figure_is_the_services_own_and_ratings_sent_are_counted(
    system: SmallSystem, client: httpx.AsyncClient
) -> None:
    before, _ = await quiet_picture(system, client)
    user, movies = 900_000_001, (1, 2, 3, 5, 8)
    sent = [{"event_id": str(uuid4()), "user_id": user, "movie_id": movie, "rating": 4.0} for movie in movies]
    receipts = (await client.post("/v1/ratings", json={"ratings": sent})).raise_for_status().json()["receipts"]

    async def is_stored() -> bool:
        state = await report(system, "features", "/v1/state")
        return bool(state["ratings"] == before["store"]["ratings"] + len(movies) and not any(state["lag"].values()))

    await until(is_stored, limit_s=60)
    shown, own = await quiet_picture(system, client)

    assert {name: part["status"] for name, part in parts_of(shown).items()} == dict.fromkeys(
        ("gateway", "kafka", "redis", *SERVICES), "ok"
    )
    assert shown["store"]["ratings"] == before["store"]["ratings"] + len(movies)
    assert shown["store"]["users"] == before["store"]["users"] + 1
    assert shown["topics"]["ratings.v1"]["records"] == before["topics"]["ratings.v1"]["records"] + len(receipts)
    state = own["state"]
    assert {name: topic["records"] for name, topic in shown["topics"].items()} == state["records"]
    assert {name: topic["lag"] for name, topic in shown["topics"].items()} == state["lag"]
    assert {each: shown["store"][each] for each in ("users", "ratings", "movies")} == {
        each: state[each] for each in ("users", "ratings", "movies")
    }
    assert shown["store"]["applied"]["count"] == state["applied"]["count"]
    assert shown["accepted"]["ratings"]["count"] == own["accepted"]["ratings"]["count"]
    assert 0 < shown["accepted"]["ratings"]["window_s"] <= 60
    assert shown["load"] == {name: own["load"][name] for name in ("phase", "ratings_published")}
    assert shown["model"] == own["model"]["model"]
    assert shown["model"]["version"] == "v1"
    training = own["training"]
    assert (shown["training"]["phase"], shown["training"]["ended_at"]) == (training["phase"], training["ended_at"])
    assert shown["coverage"] == {
        "movies": N_MOVIES,
        "with_poster": 0,  # the world's metadata has none
        "with_metadata": own["coverage"]["found"],
        "metadata_source": own["coverage"]["mode"],
        "in_model": own["model"]["model"]["movies"],
    }
    assert own["coverage"]["found"] == N_MOVIES


async def test_rankings_are_counted_as_they_are_answered(system: SmallSystem, client: httpx.AsyncClient) -> None:
    before = await picture(client)
    for _ in range(3):
        (await client.post("/v1/rank", json={"user_id": 1, "k": 3})).raise_for_status()
    after = await picture(client)

    assert after["rankings"]["answered"]["count"] - before["rankings"]["answered"]["count"] == 3
    assert after["rankings"]["popular"] == before["rankings"]["popular"]


async def test_a_service_that_is_gone_is_named_and_what_it_alone_knows_is_null(own_system: SmallSystem) -> None:
    async with own_system.client() as client:
        well = await picture(client)
        without_features = await picture_without(own_system, client, "features")
        without_both = await picture_without(own_system, client, "ranker")
        later = await picture(client)
        (await client.post("/v1/rank", json={"user_id": 1, "k": 3})).raise_for_status()
        ranked = await picture(client)

    for name, shown in (("features", without_features), ("ranker", without_both)):
        part = parts_of(shown)[name]
        assert (part["status"], part["troubles"]) == ("degraded", ["no_answer"])
        assert parts_of(well)[name]["last_ok_at"] <= part["last_ok_at"] < part["since"] <= shown["as_of"]
        assert parts_of(later)[name] == part, "it is dated by the first look that saw it"
    assert {name for name, part in parts_of(later).items() if part["status"] != "ok"} == {"features", "ranker"}
    assert unknown_in(without_features) == {"topics", "store"}
    assert without_features["coverage"]["in_model"] is not None
    assert unknown_in(without_both) == {"topics", "store", "model"}
    assert without_both["coverage"]["in_model"] is None
    assert ranked["rankings"]["popular"] == later["rankings"]["popular"] + 1


def unknown_in(shown: Json) -> set[str]:
    return {each for each, value in shown.items() if value is None}


async def picture_without(system: SmallSystem, client: httpx.AsyncClient, name: str) -> Json:
    """The first one that knows that a service was killed."""
    os.kill(system.behind[name].pid, signal.SIGKILL)
    found: list[Json] = []

    async def is_noticed() -> bool:
        found.append(await picture(client))
        return bool(parts_of(found[-1])[name]["status"] != "ok")

    await until(is_noticed, limit_s=30)
    return found[-1]


async def test_with_nobody_behind_it_the_gateway_says_so_with_200(redis_settings: RedisSettings) -> None:
    urls: dict[str, Any] = {f"{name}_url": NOBODY for name in SERVICES}
    async with running(create_app(GatewaySettings(redis=redis_settings, wait_s=10, **urls))) as alone:
        answer = await alone.get("/v1/pipeline")

    assert answer.status_code == 200
    shown = answer.json()
    assert {name: part["status"] for name, part in parts_of(shown).items()} == {
        "gateway": "ok",
        "kafka": "unknown",
        "redis": "ok",
        **dict.fromkeys(SERVICES, "degraded"),
    }
    assert [each for each, value in shown.items() if value is not None] == ["as_of", "parts", "rankings", "coverage"]
