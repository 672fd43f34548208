"""What the API promises about its own answers, asked over HTTP of running services and of nothing else."""

import random
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.small_system import SmallSystem
from support.wait import until

pytestmark = pytest.mark.integration

N_USERS = 50
FIRST_COPY = 5_000
Rated = dict[str, Any]
Api = httpx.AsyncClient


@pytest.fixture
async def api(small_system: SmallSystem) -> AsyncIterator[Api]:
    async with small_system.client() as client:
        yield client


async def history(api: Api, user_id: int) -> list[Rated]:
    """All of a user's ratings."""
    answer = await api.get(f"/v1/users/{user_id}/ratings", params={"page_size": 500})
    rated: list[Rated] = answer.json()["items"]
    return rated


async def rate(api: Api, user_id: int, ratings: Sequence[Rated]) -> list[dict[str, Any]]:
    """Rate these movies, with their own times if they have some; the receipts."""
    kept = ("movie_id", "rating", "rated_at")
    events = [
        {"event_id": str(uuid4()), "user_id": user_id} | {key: each[key] for key in kept if key in each}
        for each in ratings
    ]
    answer = await api.post("/v1/ratings", json={"ratings": events})
    assert answer.status_code == 202, answer.text
    receipts: list[dict[str, Any]] = answer.json()["receipts"]
    return receipts


async def cards(api: Api, **request: Any) -> list[dict[str, Any]]:
    """The cards of an answer that lacks nothing; on a busy machine it may have to be asked for again."""
    found: list[list[dict[str, Any]]] = []

    async def is_ranked() -> bool:
        answer = await api.post("/v1/rank", json=request)
        assert answer.status_code == 200, answer.text
        if is_whole := not answer.json()["meta"]["degraded"]:
            found.append(answer.json()["items"])
        return is_whole

    await until(is_ranked)
    return found[0]


async def both(api: Api, one: Rated, other: Rated) -> tuple[list[Rated], list[Rated]]:
    """The cards of two requests, ranked with the same counts: these are the same before and after the second."""
    first, second, again = [await cards(api, **request) for request in (one, other, one)]
    while again != first:
        first, second, again = again, await cards(api, **other), await cards(api, **one)
    return first, second


async def test_overrides_give_card_for_card_what_a_user_with_that_history_gets(api: Api) -> None:
    """For fifty users: one rating is another one, one was never made; the copy has the same times."""
    draw = random.Random(0)
    overrides: dict[int, list[Rated]] = {}
    copied: dict[int, int] = {}
    for user in range(1, N_USERS + 1):
        rated = sorted(await history(api, user), key=lambda each: int(each["movie_id"]))
        other, gone = draw.sample(rated, 2)
        stars = draw.choice([each / 2 for each in range(1, 11) if each / 2 != other["rating"]])
        overrides[user] = [
            {"movie_id": other["movie_id"], "rating": stars},
            {"movie_id": gone["movie_id"], "rating": None},
        ]
        changed = [each | {"rating": stars} if each is other else each for each in rated if each is not gone]
        await rate(api, FIRST_COPY + user, changed)
        copied[FIRST_COPY + user] = len(changed)

    async def is_applied() -> bool:
        return all([len(await history(api, copy)) == count for copy, count in copied.items()])

    await until(is_applied)

    for user, changes in overrides.items():
        what_if, copys = await both(api, {"user_id": user, "overrides": changes}, {"user_id": FIRST_COPY + user})
        assert what_if == copys, user
        assert len(what_if) == 25


async def test_a_guest_gets_what_a_user_with_these_ratings_gets_and_leaves_no_trace(api: Api) -> None:
    """The movies and the order; how long ago a rating was made differs by the request's milliseconds."""
    given = [{"movie_id": movie, "rating": 5.0} for movie in (2, 4, 6)] + [{"movie_id": 3, "rating": 1.0}]
    before = (await api.get("/v1/movies/2")).json()["rating_count"]

    first = await cards(api, ratings=given, k=10)

    assert first == await cards(api, ratings=given, k=10)
    assert {card["movie_id"] % 2 for card in first[:5]} == {0}
    assert not {card["movie_id"] for card in first} & {2, 3, 4, 6}
    assert (await api.get("/v1/movies/2")).json()["rating_count"] == before


async def test_the_place_that_explain_names_is_the_place_in_a_long_list(api: Api) -> None:
    """For fifty users, of movies from all over their lists; score, base and parts are the card's too."""
    draw, compared = random.Random(1), 0
    for user in range(1, N_USERS + 1):
        everything = await cards(api, user_id=user, k=500)
        asked = draw.sample(everything, 4)
        explained = await api.post(
            "/v1/explain", json={"user_id": user, "movie_ids": [card["movie_id"] for card in asked]}
        )
        if everything != await cards(api, user_id=user, k=500):
            continue  # the ranker has just counted other people's ratings
        compared += 1
        assert explained.status_code == 200, explained.text
        for card, item in zip(asked, explained.json()["items"], strict=True):
            assert item["rank"] == card["rank"], user
            assert item["score"] == pytest.approx(card["score"], abs=1e-9)
            parts = sum(reason["contribution"] for reason in item["reasons"])
            assert item["base"] + parts == pytest.approx(item["score"], abs=1e-4)

    assert compared >= 0.9 * N_USERS
