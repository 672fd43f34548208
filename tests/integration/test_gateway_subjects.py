"""Subjects of a ranking at a gateway without a ranker: whose movies are left out, and which names it knows."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.settings import RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from support.builders import a_movie, a_rating, an_enriched, in_batches
from support.running_app import running

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.fixture
async def gateway(space: KeySpace, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Movies 1 to 6, all of them rated by user 9; users 7 and 8 rated two each."""
    for movies in in_batches(CATALOG, [a_movie(movie_id=m, title=f"M{m}", genres=("Drama",)) for m in range(1, 7)]):
        await MovieStore(space, CATALOG).apply(movies)
    for metadata in in_batches(METADATA, [an_enriched(movie_id=1, directors=("Agnès Varda",), cast=("Élodie B",))]):
        await MovieStore(space, METADATA).apply(metadata)
    rated = [(9, 1), (9, 2), (9, 3), (9, 4), (9, 5), (9, 6), (7, 1), (7, 2), (8, 2), (8, 3)]
    events = [a_rating(user_id=user, movie_id=movie, rating=5.0) for user, movie in rated]
    for ratings in in_batches(RATINGS, events):
        await RatingStore(space).apply(ratings)
    settings = GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10)
    async with running(create_app(settings)) as client:
        yield client


@pytest.mark.parametrize(
    ("subject", "left"),
    [
        ({"user_ids": [7, 8]}, {4, 5, 6}),
        ({"user_ids": [7, 4711], "blend": "min"}, {3, 4, 5, 6}),
        ({"ratings": [{"movie_id": 4, "rating": 1.0}]}, {1, 2, 3, 5, 6}),
    ],
    ids=["group", "with a stranger", "guest"],
)
async def test_without_a_ranker_guests_and_groups_get_popular_movies_new_to_all(
    gateway: httpx.AsyncClient, subject: dict[str, Any], left: set[int]
) -> None:
    answer = await gateway.post("/v1/rank", json=subject)

    assert answer.status_code == 200
    assert answer.json()["meta"]["rung"] == "popular"
    assert {card["movie_id"] for card in answer.json()["items"]} == left


@pytest.mark.parametrize("known", ["AGNÈS VARDA", "élodie b", "drama", "Popular"])
async def test_a_known_belief_can_be_muted_in_any_case(gateway: httpx.AsyncClient, known: str) -> None:
    answer = await gateway.post("/v1/rank", json={"user_id": 7, "mute": [known]})

    assert answer.status_code == 200
    codes = {reason["code"] for card in answer.json()["items"] for reason in card["reasons"]}
    assert codes == (set() if known == "Popular" else {"popular"})


@pytest.mark.parametrize("unknown", ["Agnes Varda", "Varda", "Western", "unheard_of", "M1"])
async def test_an_unknown_belief_is_refused_by_its_place(gateway: httpx.AsyncClient, unknown: str) -> None:
    answer = await gateway.post("/v1/rank", json={"user_id": 7, "mute": ["drama", unknown]})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["mute[1]"]
