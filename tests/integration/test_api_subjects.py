"""Whom the API ranks for: groups, and lists without a belief, over HTTP; and what is asked is not stored."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from marquee.contracts.topics import ACTIVITY, RATINGS
from marquee.settings import KafkaSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.views import digest
from support.small_system import SmallSystem
from support.topic_reader import events_on, records_on
from support.wait import until

pytestmark = pytest.mark.integration

NOBODY = 987_654_321
PINNED_S = 0.3
"""What is kept of a ranking is written after its answer; by then it is there."""
GUEST = {"ratings": [{"movie_id": movie, "rating": 5.0} for movie in (1, 3, 5)]}


@pytest.fixture
async def api(small_system: SmallSystem) -> AsyncIterator[httpx.AsyncClient]:
    async with small_system.client() as client:

        async def people_are_known() -> bool:
            return (await client.get("/v1/people/John Lasseter")).status_code == 200

        await until(people_are_known)
        yield client


@asynccontextmanager
async def redis_of(system: SmallSystem) -> AsyncIterator[KeySpace]:
    async with Redis.from_url(system.redis.url) as redis:
        yield KeySpace(redis, system.redis.space)


async def rank(api: httpx.AsyncClient, **request: Any) -> dict[str, Any]:
    answer = await api.post("/v1/rank", json=request)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["meta"]["rung"] != "popular"
    return found


async def test_a_group_gets_a_list_without_anybodys_movies_and_a_stranger_is_cold(api: httpx.AsyncClient) -> None:
    answer = await rank(api, user_ids=[1, NOBODY, 2], k=40)

    rated = [(await api.get(f"/v1/users/{user}/ratings")).json()["items"] for user in (1, 2)]
    theirs = {each["movie_id"] for one in rated for each in one}
    assert answer["meta"]["rung"] == "personal"
    assert {card["movie_id"] for card in answer["items"]} == set(range(1, 41)) - theirs
    for card in answer["items"]:
        assert [(person["user_id"], person["rung"]) for person in card["people"]] == [
            (1, "personal"),
            (NOBODY, "cold"),
            (2, "personal"),
        ]


@pytest.mark.parametrize("mute", ["liked_similar", "genre1", "JOHN LASSETER"])
async def test_codes_genres_and_people_can_be_muted(api: httpx.AsyncClient, mute: str) -> None:
    plain, muted = await rank(api, user_id=1, k=10), await rank(api, user_id=1, k=10, mute=[mute])

    scores = [[(card["movie_id"], card["score"]) for card in answer["items"]] for answer in (plain, muted)]
    assert scores[0] != scores[1]
    for card in muted["items"]:
        parts = sum(reason["contribution"] for reason in card["reasons"])
        assert card["base"] + parts == pytest.approx(card["score"], abs=1e-4)
        assert mute not in {reason["code"] for reason in card["reasons"]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"ratings": [{"movie_id": 1, "rating": 5}, {"movie_id": NOBODY, "rating": 5}]}, ["ratings[1].movie_id"]),
        ({"user_id": 1, "mute": ["era", "Nobody At All", "Genre1", "keyword 1"]}, ["mute[1]", "mute[3]"]),
        ({"movie_id": 1, "mute": ["era"]}, ["mute"]),
        ({"user_ids": [1]}, ["user_ids"]),
        ({"user_ids": [1, 2, 3, 4, 5, 6, 7]}, ["user_ids"]),
        ({"user_ids": [1, 1]}, ["user_ids"]),
        ({"user_id": 1, "blend": "min"}, ["blend"]),
        ({"user_ids": [1, 2], "overrides": [{"movie_id": 1, "rating": 1}]}, ["overrides"]),
        ({"user_id": 1, "user_ids": [1, 2]}, ["user_ids"]),
        ({"k": 5}, ["body"]),
    ],
    ids=str,
)
async def test_what_cannot_be_ranked_is_refused_by_field(
    api: httpx.AsyncClient, body: dict[str, Any], fields: list[str]
) -> None:
    answer = await api.post("/v1/rank", json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == fields


@pytest.mark.parametrize("request_body", [GUEST, {"user_ids": [1, NOBODY]}], ids=["guest", "group"])
async def test_nothing_of_a_guest_or_a_group_is_stored(
    small_system: SmallSystem, api: httpx.AsyncClient, request_body: dict[str, Any]
) -> None:
    async with redis_of(small_system) as space:
        await asyncio.sleep(PINNED_S)
        before, keys = (await digest(space), await ratings_in(small_system.kafka)), await keys_of(space)

        answer = await rank(api, **request_body)

        await asyncio.sleep(PINNED_S)
        assert answer["next_page_token"] is None
        assert (await digest(space), await ratings_in(small_system.kafka)) == before
        assert await keys_of(space) <= keys
    assert (await api.get(f"/v1/users/{NOBODY}")).json()["is_known"] is False


async def test_what_if_a_user_had_rated_otherwise_is_no_impression(
    small_system: SmallSystem, api: httpx.AsyncClient
) -> None:
    rated = (await api.get("/v1/users/3/ratings")).json()["items"][0]["movie_id"]
    what_if = await rank(api, user_id=3, k=5, overrides=[{"movie_id": rated, "rating": None}])
    query = {"page_token": what_if["next_page_token"]}

    async def is_paged() -> bool:
        return (await api.get(f"/v1/rankings/{what_if['ranking_id']}", params=query)).status_code == 200

    await until(is_paged)
    shown = await rank(api, user_id=3, k=5)

    async def is_kept() -> bool:
        return shown["ranking_id"] in await shown_rankings(small_system.kafka)

    await until(is_kept)
    assert what_if["ranking_id"] not in await shown_rankings(small_system.kafka)


async def keys_of(space: KeySpace) -> set[bytes]:
    return {key async for key in space.redis.scan_iter() if not key.endswith(b":meta")}


async def shown_rankings(kafka: KafkaSettings) -> set[str | None]:
    return {act.ranking_id for act in await events_on(kafka, ACTIVITY)}


async def ratings_in(kafka: KafkaSettings) -> int:
    return len(await records_on(kafka, RATINGS))
