"""People, themes and a user's ratings through the API: names find movies, and all ratings are there, page by page."""

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
MANN = "Michael Mann"
STARS = {1: 3.0, 2: 5.0, 3: 0.5, 4: 5.0, 5: 4.0}
"""User 7's ratings by movie, oldest first."""


@pytest.fixture
async def gateway(space: KeySpace, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Movies 1 to 5, titled from Echo to Alpha; two are Michael Mann's, and he plays in a third."""
    titles = ["Echo", "delta", "Charlie", "Bravo", "Alpha"]
    for movies in in_batches(CATALOG, [a_movie(movie_id=at + 1, title=title) for at, title in enumerate(titles)]):
        await MovieStore(space, CATALOG).apply(movies)
    found = [
        an_enriched(movie_id=m, directors=(MANN,), cast=("Al Pacino",), keywords=("Heist", "heist")) for m in (1, 2)
    ]
    found.append(an_enriched(movie_id=3, cast=(MANN,), keywords=("Heist", "father/son")))
    for metadata in in_batches(METADATA, found):
        await MovieStore(space, METADATA).apply(metadata)
    rated = [a_rating(user_id=7, movie_id=m, rating=stars, rated_at_ms=1_000 * m) for m, stars in STARS.items()]
    rated.append(a_rating(user_id=8, movie_id=2))
    for ratings in in_batches(RATINGS, rated):
        await RatingStore(space).apply(ratings)
    settings = GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10)
    async with running(create_app(settings)) as client:
        yield client


async def test_a_person_has_a_page_of_their_movies_best_known_first(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/people/michael%20MANN")

    assert answer.status_code == 200
    body = answer.json()
    assert body["name"] == MANN
    assert [(card["movie_id"], card["ratings"]) for card in body["directed"]] == [(2, 2), (1, 1)]
    assert [card["movie_id"] for card in body["acted"]] == [3]


async def test_search_says_by_whose_name_a_movie_was_found(gateway: httpx.AsyncClient) -> None:
    hits = (await gateway.get("/v1/search", params={"q": "pacino"})).json()["items"]

    assert [(hit["movie_id"], hit["person"]) for hit in hits] == [(2, "Al Pacino"), (1, "Al Pacino")]
    by_title = (await gateway.get("/v1/search", params={"q": "delta"})).json()["items"]
    assert [(hit["movie_id"], hit["person"]) for hit in by_title] == [(2, None)]


async def test_a_person_nobody_names_is_a_404_that_says_so(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/people/Nobody")

    assert answer.status_code == 404
    assert "Nobody" in answer.json()["detail"]
    assert (await gateway.get(f"/v1/people/{'x' * 201}")).json()["errors"][0]["field"] == "name"


async def test_a_theme_has_a_page_of_its_movies_best_known_first(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/themes/HEIST")

    assert answer.status_code == 200
    body = answer.json()
    assert (body["name"], body["count"]) == ("Heist", 3)
    assert [(card["movie_id"], card["ratings"]) for card in body["movies"]] == [(2, 2), (1, 1), (3, 1)]
    of_a_slash = (await gateway.get("/themes/father%2Fson")).json()
    assert (of_a_slash["name"], [card["movie_id"] for card in of_a_slash["movies"]]) == ("father/son", [3])


@pytest.mark.parametrize("name", ["heists", "hei", "%20", "!"])
async def test_a_theme_of_no_movie_is_a_404_that_names_it(gateway: httpx.AsyncClient, name: str) -> None:
    answer = await gateway.get(f"/v1/themes/{name}")

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "theme_not_found"
    assert (await gateway.get(f"/v1/themes/{'x' * 201}")).json()["errors"][0]["field"] == "name"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [5, 4, 3, 2, 1]),
        ("oldest", [1, 2, 3, 4, 5]),
        ("highest", [4, 2, 5, 1, 3]),
        ("lowest", [3, 1, 5, 4, 2]),
        ("title", [5, 4, 3, 2, 1]),
    ],
)
async def test_all_ratings_of_a_user_come_page_by_page_in_order(
    gateway: httpx.AsyncClient, sort: str, order: list[int]
) -> None:
    found: list[dict[str, Any]] = []
    token: str | None = ""
    while token is not None:
        asked: dict[str, str | int] = {"sort": sort, "page_size": 2, "page_token": token}
        page = (await gateway.get("/v1/users/7/ratings", params=asked)).json()
        assert (page["total"], len(page["items"]) <= 2) == (5, True)
        found += page["items"]
        token = page["next_page_token"]

    assert [each["movie_id"] for each in found] == order
    assert {each["movie_id"]: each["rating"] for each in found} == STARS


async def test_a_page_of_another_user_or_order_is_refused_by_field(gateway: httpx.AsyncClient) -> None:
    token = (await gateway.get("/v1/users/7/ratings", params={"page_size": 2})).json()["next_page_token"]

    for url in ("/v1/users/8/ratings", "/v1/users/7/ratings?sort=title"):
        answer = await gateway.get(url, params={"page_token": token, **({"sort": "title"} if "?" in url else {})})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "page_token")
    assert (await gateway.get("/v1/users/7/ratings", params={"sort": "best"})).status_code == 422


async def test_an_unknown_user_has_no_ratings(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get("/v1/users/999/ratings")).json() == {"items": [], "total": 0, "next_page_token": None}


async def test_a_new_user_gets_an_id_that_nobody_has(gateway: httpx.AsyncClient) -> None:
    first, second = [await gateway.post("/v1/users") for _ in range(2)]

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["user_id"] != second.json()["user_id"]
    profile = (await gateway.get(f"/v1/users/{first.json()['user_id']}")).json()
    assert (profile["is_known"], profile["rating_count"]) == (False, 0)
