"""POST /v1/explain through all services: it agrees with /v1/rank, refuses by field, and is 503 when nobody can say."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.contracts.explain_bodies import Explained
from marquee.contracts.topics import CATALOG
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore
from support.builders import a_movie, in_batches
from support.running_app import running
from support.small_system import SmallSystem, in_use, publish_world, services

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.fixture(scope="module")
def system(kafka_address: str, redis_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallSystem]:
    name, home = f"t{uuid4().hex[:10]}", tmp_path_factory.mktemp("explain")
    kafka = KafkaSettings(bootstrap=kafka_address, topic_prefix=f"{name}.", idle_pause=True)
    asyncio.run(publish_world(kafka, home / "models"))
    with services(kafka, RedisSettings(url=redis_address, space=name), home) as started:
        asyncio.run(in_use(started))
        yield started


async def test_places_and_rules_are_those_of_the_users_own_list(system: SmallSystem) -> None:
    async with system.client() as client:
        listed = (await client.post("/v1/rank", json={"user_id": 1, "k": 40})).json()["items"]
        answer = await client.post("/v1/explain", json={"user_id": 1, "k": 3, "movie_ids": list(range(1, 21))})

    assert answer.status_code == 200
    explained = Explained.model_validate_json(answer.content, strict=True, extra="forbid")
    ranks = {card["movie_id"]: card["rank"] for card in listed}
    assert [item.rank for item in explained.items] == [ranks.get(movie) for movie in range(1, 21)]
    assert {item.excluded_by.rule for item in explained.items if item.excluded_by} == {"rated"}
    assert any(item.tried for item in explained.items)
    stages = [stage.split(";")[0] for stage in answer.headers["server-timing"].split(", ")]
    assert stages[0] == "gateway" and stages.index("ranker") < stages.index("user") < stages.index("rank")


async def test_a_rating_that_brings_a_movie_in_also_does_so_for_a_guest_who_sends_it(system: SmallSystem) -> None:
    ratings = [{"movie_id": 1, "rating": 5.0}, {"movie_id": 3, "rating": 5.0}, {"movie_id": 2, "rating": 1.0}]
    async with system.client() as client:
        body = {"ratings": ratings, "k": 4, "movie_ids": [9, 11, 13, 15, 17, 19, 21, 23, 25, 27]}
        items = (await client.post("/v1/explain", json=body)).json()["items"]
        entering = [item for item in items if item["would_enter"]]
        for item in entering:
            after = {each["movie_id"]: each["rating"] for each in ratings}
            for change in item["would_enter"]["changes"]:
                after[change["movie_id"]] = change["rating"]
            given = [{"movie_id": movie, "rating": stars} for movie, stars in after.items() if stars is not None]
            again = (await client.post("/v1/rank", json={"ratings": given, "k": 4})).json()["items"]
            assert [card["rank"] for card in again if card["movie_id"] == item["movie_id"]] == [
                item["would_enter"]["rank_after"]
            ]

    assert entering


async def test_what_takes_a_movie_out_also_does_so_as_overrides(system: SmallSystem) -> None:
    async with system.client() as client:
        listed = (await client.post("/v1/rank", json={"user_id": 2, "k": 4})).json()["items"]
        body = {"user_id": 2, "k": 4, "movie_ids": [card["movie_id"] for card in listed]}
        items = (await client.post("/v1/explain", json=body)).json()["items"]
        leaving = [item for item in items if item["would_leave"]]
        for item in leaving:
            gone = [{"movie_id": each["movie_id"], "rating": None} for each in item["would_leave"]["without"]]
            again = (await client.post("/v1/rank", json={"user_id": 2, "k": 40, "overrides": gone})).json()["items"]
            rank = next((card["rank"] for card in again if card["movie_id"] == item["movie_id"]), None)
            assert rank == item["would_leave"]["rank_after"]
            assert rank is None or rank > 4

    assert [item["in_list"] for item in items] == [True] * 4
    assert leaving


async def test_a_burst_of_explanations_is_answered_or_refused_with_when_to_try_again(system: SmallSystem) -> None:
    body = {"user_id": 1, "k": 3, "movie_ids": list(range(1, 21))}
    async with system.client() as client:
        answers = await asyncio.gather(*(client.post("/v1/explain", json=body) for _ in range(12)))

    assert 200 in {answer.status_code for answer in answers} <= {200, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert all(answer.headers["retry-after"] and answer.json()["code"] == "unavailable" for answer in refused)


@pytest.fixture
async def gateway(space: KeySpace, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Movies 1 to 5, and no ranker."""
    for movies in in_batches(CATALOG, [a_movie(movie_id=at) for at in range(1, 6)]):
        await MovieStore(space, CATALOG).apply(movies)
    settings = GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10)
    async with running(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize(
    ("wishes", "fields"),
    [
        ({}, ["movie_ids"]),
        ({"movie_ids": []}, ["movie_ids"]),
        ({"movie_ids": [1] * 21}, ["movie_ids"]),
        ({"movie_ids": [1, 0]}, ["movie_ids[1]"]),
        ({"movie_ids": ["1"]}, ["movie_ids[0]"]),
        ({"movie_ids": [1, 2, 1]}, ["movie_ids[2]"]),
        ({"movie_ids": [1, 99, 3, 98]}, ["movie_ids[1]", "movie_ids[3]"]),
        ({"movie_ids": [1], "diversity": 0.5}, ["diversity"]),
        ({"movie_ids": [1], "k": 501}, ["k"]),
        ({"movie_ids": [1], "user_id": None, "movie_id": 1}, ["movie_id"]),
        ({"movie_ids": [1], "user_id": None, "ratings": [{"movie_id": 99, "rating": 4.0}]}, ["ratings[0].movie_id"]),
        ({"movie_ids": [1], "user_id": None}, ["body"]),
        ({"movie_ids": [1], "why": True}, ["why"]),
        ({"movie_ids": [1], "user_id": None, "user_ids": [1, 2]}, ["user_ids"]),
        ({"movie_ids": [1], "mute": ["Nobody At All"]}, ["mute[0]"]),
    ],
)
async def test_a_wrong_request_is_a_problem_that_names_its_fields(
    gateway: httpx.AsyncClient, wishes: dict[str, Any], fields: list[str]
) -> None:
    body = {name: value for name, value in {"user_id": 1, **wishes}.items() if value is not None}
    answer = await gateway.post("/v1/explain", json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [each["field"] for each in answer.json()["errors"]] == fields


async def test_without_a_ranker_nobody_can_say_why(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/explain", json={"user_id": 1, "movie_ids": [1]})

    assert answer.status_code == 503
    assert (answer.headers["retry-after"], answer.json()["detail"]) == ("1", "ranker is unavailable; try again")
