"""The gateway on a real store, with nobody behind it: its own answers, its errors, and the last rung of the ladder."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.contracts.topics import CATALOG, METADATA, RATINGS, shard_of
from marquee.settings import RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.shards import stored_offsets
from marquee_cli.embedded import free_port, start_redis
from support.builders import a_batch, a_movie, a_rating, an_enriched, in_batches
from support.running_app import running

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there


@pytest.fixture
async def gateway(space: KeySpace, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    """Thirty movies, each with one rating more than the one before it; user 1 rated the last of them."""
    listed = [a_movie(movie_id=m, title=f"Number {m}", year=1980 + m) for m in range(1, 31)]
    listed.append(a_movie(movie_id=603, title="The Matrix", year=1999, genres=("Action", "Sci-Fi")))
    enriched = [an_enriched(movie_id=603, poster_path="/m.jpg", overview="A hacker.", directors=("Lana Wachowski",))]
    rated = [a_rating(user_id=u, movie_id=m) for m in range(1, 31) for u in range(2, m + 3)]
    rated.append(a_rating(user_id=1, movie_id=30, rating=5.0))
    for movies in in_batches(CATALOG, listed):
        await MovieStore(space, CATALOG).apply(movies)
    for metadata in in_batches(METADATA, enriched):
        await MovieStore(space, METADATA).apply(metadata)
    for ratings in in_batches(RATINGS, rated):
        await RatingStore(space).apply(ratings)
    settings = GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10)
    async with running(create_app(settings)) as client:
        yield client


async def test_without_a_ranker_the_popular_list_is_served_with_200(
    gateway: httpx.AsyncClient,
) -> None:
    answer = await gateway.post("/v1/rank", json={"user_id": 1, "k": 3})

    assert answer.status_code == 200
    assert [card["movie_id"] for card in answer.json()["items"]] == [29, 28, 27]
    assert answer.json()["meta"]["rung"] == "popular"
    assert answer.json()["meta"]["degraded"] == ["ranker"]


async def test_without_a_ranker_a_guest_gets_the_popular_list_without_the_rated_movies(
    gateway: httpx.AsyncClient,
) -> None:
    body = {"ratings": [{"movie_id": 30, "rating": 5.0}, {"movie_id": 28, "rating": 4.0}], "k": 2}
    answer = await gateway.post("/v1/rank", json=body)

    assert answer.status_code == 200
    assert [card["movie_id"] for card in answer.json()["items"]] == [29, 27]


async def test_a_guests_unknown_movies_are_refused_by_field(gateway: httpx.AsyncClient) -> None:
    body = {"ratings": [{"movie_id": 30, "rating": 5.0}, {"movie_id": 999, "rating": 4.0}]}
    answer = await gateway.post("/v1/rank", json=body)

    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["ratings[1].movie_id"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"user_id": 1, "movie_id": 603}, "movie_id"),
        ({"user_id": 1, "k": 0}, "k"),
        ({"user_id": 1, "k": 501}, "k"),
        ({"user_id": 1, "k": "x"}, "k"),
        ({"user_id": 0}, "user_id"),
        ({"user_id": -5}, "user_id"),
        ({"user_id": 1, "usr": 2}, "usr"),
        ({"user_id": 1, "filters": {"year_min": 2000, "year_max": 1990}}, "filters"),
    ],
)
async def test_a_wrong_ranking_request_is_a_problem_that_names_the_field(
    gateway: httpx.AsyncClient, body: dict[str, object], field: str
) -> None:
    answer = await gateway.post("/v1/rank", json=body)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/v1/movies/999", "/v1/movies/999/similar", "/movies/999"])
async def test_an_unknown_movie_is_a_404_that_names_it(gateway: httpx.AsyncClient, path: str) -> None:
    answer = await gateway.get(path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "movie_not_found"
    assert "999" in answer.json()["detail"]


async def test_ranking_for_an_unknown_movie_is_a_404(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.post("/v1/rank", json={"movie_id": 999})).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404),
        ("DELETE", "/v1/rank", 405),
        ("GET", "/v1/movies/x", 422),
        ("GET", "/v1/search", 422),
    ],
)
async def test_the_frameworks_own_errors_are_problems_too(
    gateway: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await gateway.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_truncated_json_is_a_422_that_names_the_body(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/ratings", content='{"ratings": [', headers={"content-type": "application/json"})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


async def test_a_rating_without_ingest_is_a_503_that_names_it(gateway: httpx.AsyncClient) -> None:
    rating = {"event_id": "0b5c2f6e-8d4e-4a7e-9c55-0a9d5f4f3a10", "user_id": 1, "movie_id": 603, "rating": 4.5}

    answer = await gateway.post("/v1/ratings", json={"ratings": [rating]})

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "ingest" in answer.json()["detail"]


async def test_the_bare_paths_answer_as_the_canonical_ones(
    gateway: httpx.AsyncClient,
) -> None:
    for path in ("/search?q=matr", "/movies/603", "/users/1"):
        assert (await gateway.get(path)).json() == (await gateway.get(f"/v1{path}")).json()


async def test_every_search_hit_comes_once_over_all_pages(
    gateway: httpx.AsyncClient,
) -> None:
    seen: list[int] = []
    token: str | None = None
    while True:
        query: dict[str, Any] = {"q": "number", "page_size": 7} | ({"page_token": token} if token else {})
        page = (await gateway.get("/v1/search", params=query)).json()
        seen += [hit["movie_id"] for hit in page["items"]]
        token = page["next_page_token"]
        if token is None:
            break

    assert seen == list(range(30, 0, -1))


async def test_a_movie_with_metadata_has_a_complete_card(gateway: httpx.AsyncClient) -> None:
    movie = (await gateway.get("/v1/movies/603")).json()

    assert movie["poster_url"] == "https://image.tmdb.org/t/p/w342/m.jpg"
    assert (movie["overview"], movie["directors"], movie["tmdb_status"]) == ("A hacker.", ["Lana Wachowski"], "found")
    assert (movie["rating_count"], movie["rating_mean"]) == (0, None)


async def test_a_profile_has_the_counts_and_genres_of_the_users_ratings(
    gateway: httpx.AsyncClient,
) -> None:
    profile = (await gateway.get("/v1/users/1")).json()

    assert (profile["rating_count"], profile["rating_mean"]) == (1, 5.0)
    assert profile["recent_ratings"][0]["title"] == "Number 30"
    assert profile["top_genres"] == [{"name": "Action", "liked": 1, "mean_rating": 5.0}]


async def test_looking_up_an_unknown_user_is_no_error(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/users/4242")

    assert answer.status_code == 200
    assert (answer.json()["is_known"], answer.json()["rating_count"]) == (False, 0)


async def test_a_users_rating_of_one_movie_is_found_however_many_came_after_it(
    gateway: httpx.AsyncClient, space: KeySpace
) -> None:
    old = a_rating(user_id=7_000, movie_id=603, rating=3.5, rated_at_ms=964_982_703_000)
    later = [a_rating(user_id=7_000, movie_id=m, rated_at_ms=1_500_000_000_000 + m) for m in range(1, 61)]
    store = RatingStore(space)
    shard = (RATINGS.name, shard_of(7_000))
    end = (await stored_offsets(space, [shard]))[shard]
    await store.apply(a_batch(old, *later, first_offset=end))

    answer = await gateway.get("/v1/users/7000/ratings/603")

    assert answer.status_code == 200
    assert answer.json() == {
        "movie_id": 603,
        "title": "The Matrix",
        "year": 1999,
        "genres": ["Action", "Sci-Fi"],
        "poster_url": "https://image.tmdb.org/t/p/w342/m.jpg",
        "rating": 3.5,
        "rated_at": "2000-07-30T18:45:03Z",
    }
    assert (await gateway.get("/users/7000/ratings/603")).json() == answer.json()
    shown = (await gateway.get("/v1/users/7000")).json()["recent_ratings"]
    assert 603 not in [rated["movie_id"] for rated in shown], "the profile shows only the newest"


@pytest.mark.parametrize("path", ["/v1/users/1/ratings/603", "/v1/users/4242/ratings/30", "/v1/users/1/ratings/999"])
async def test_a_movie_that_the_user_has_not_rated_is_404(gateway: httpx.AsyncClient, path: str) -> None:
    answer = await gateway.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "rating_not_found"


async def test_a_users_rating_is_503_while_the_store_cannot_be_read(
    redis_settings: RedisSettings, tmp_path: Path
) -> None:
    """The gateway starts on a Redis of its own, which is then stopped."""
    child = start_redis(tmp_path / "data", port=free_port(), log=tmp_path / "redis.log")
    own = redis_settings.model_copy(update={"url": f"redis://{child.address}/0"})
    settings = GatewaySettings(redis=own, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10)
    async with running(create_app(settings)) as client:
        child.stop()

        answer = await client.get("/v1/users/1/ratings/603")

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"


async def test_readiness_names_each_unavailable_dependency_and_liveness_stays(
    gateway: httpx.AsyncClient,
) -> None:
    ready = await gateway.get("/readyz")

    assert ready.status_code == 503
    assert ready.json()["dependencies"]["redis"]["ok"] is True
    assert ready.json()["dependencies"]["ranker"]["ok"] is False
    assert (await gateway.get("/livez")).status_code == 200


async def test_a_request_id_comes_back_in_the_answer(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/users/1", headers={"x-request-id": "abc-123"})

    assert answer.headers["x-request-id"] == "abc-123"


NOT_IDS = [True, False, "4", 4.0, 1.5, None, [], {}, 0, -1, 2**53, "1_0", "+1"]


@pytest.mark.parametrize("value", NOT_IDS, ids=repr)
async def test_only_a_whole_number_is_an_id_in_a_body(gateway: httpx.AsyncClient, value: object) -> None:
    rating = {"event_id": "0b5c2f6e-8d4e-4a7e-9c55-0a9d5f4f3a10", "user_id": 1, "movie_id": 603, "rating": 4.5}
    cases: list[tuple[str, dict[str, object], str]] = [
        ("/v1/rank", {"user_id": 1, "exclude": [603, value]}, "exclude[1]"),
        ("/v1/ratings", {"ratings": [rating, rating | {"user_id": value}]}, "ratings[1].user_id"),
        ("/v1/ratings", {"ratings": [rating | {"movie_id": value}]}, "ratings[0].movie_id"),
    ]
    if value is not None:  # null says that there is none
        cases += [("/v1/rank", {"user_id": value}, "user_id"), ("/v1/rank", {"movie_id": value}, "movie_id")]

    for path, body, field in cases:
        answer = await gateway.post(path, json=body)

        assert answer.status_code == 422, (path, body)
        assert {error["field"] for error in answer.json()["errors"]} == {field}


NOT_TIMES = [
    1_600_000_000,
    1.6e9,
    True,
    "1600000000",
    "",
    "now",
    "2020-01-01",
    "2020-01-01T00:00:00",
    "20200101T000000Z",
]
NOT_TIMES += ["2020-01-01 00:00:00Z", "2020-13-01T00:00:00Z", "2020-01-01T00:00:00+1", "٢٠٢٠-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        *(({"rating": value}, "rating") for value in (True, "4", "4.5", None, 4.2, 0, 5.5)),
        *(({"rated_at": value}, "rated_at") for value in NOT_TIMES),
        ({"user_id": 2**53 - 1}, "user_id"),
    ],
    ids=repr,
)
async def test_only_a_number_is_a_rating_and_only_iso_8601_with_an_offset_a_time(
    gateway: httpx.AsyncClient, changes: dict[str, object], field: str
) -> None:
    rating = {"event_id": "0b5c2f6e-8d4e-4a7e-9c55-0a9d5f4f3a10", "user_id": 1, "movie_id": 603, "rating": 4.5}

    answer = await gateway.post("/v1/ratings", json={"ratings": [rating | changes]})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"ratings[0].{field}"]


@pytest.mark.parametrize(
    "changes",
    [
        {"rating": 4},
        {"rating": 4.0},
        {"rated_at": None},
        *({"rated_at": f"2020-01-01T{time}"} for time in ("00:00:00Z", "00:00:00.123456+05:30", "00:00-08:00")),
    ],
    ids=repr,
)
async def test_a_good_rating_goes_on_to_ingest(gateway: httpx.AsyncClient, changes: dict[str, object]) -> None:
    rating = {"event_id": "0b5c2f6e-8d4e-4a7e-9c55-0a9d5f4f3a10", "user_id": 1, "movie_id": 603, "rating": 4.5}

    answer = await gateway.post("/v1/ratings", json={"ratings": [rating | changes]})

    assert answer.status_code == 503, "nobody is there in these tests"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        *(({"k": value}, "k") for value in (True, "5", 5.0)),
        *(({"diversity": value}, "diversity") for value in (True, "0.5", -0.1, 1.1)),
        *(({"explain": value}, "explain") for value in (1, 0, "true", None)),
        *(({"filters": {"year_min": value}}, "filters.year_min") for value in (True, "1990", 1990.0)),
        *(({"filters": {"year_max": value}}, "filters.year_max") for value in ("1990", 1990.0)),
        *(({"filters": {"runtime_max": value}}, "filters.runtime_max") for value in (True, "90", 90.0)),
        *(
            ({"filters": {"ratings_share_max": value}}, "filters.ratings_share_max")
            for value in (True, "0.2", -0.1, 1.1)
        ),
        *(({"filters": {"genres": [value]}}, "filters.genres[0]") for value in (1, True, None)),
    ],
    ids=repr,
)
async def test_a_wish_of_another_type_is_refused(
    gateway: httpx.AsyncClient, wish: dict[str, object], field: str
) -> None:
    answer = await gateway.post("/v1/rank", json={"user_id": 1, **wish})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_whole_numbers_are_taken_for_the_number_that_diversity_is(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.post("/v1/rank", json={"user_id": 1, "diversity": 1})).status_code == 200


async def test_the_visitor_can_be_ranked_for(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.post("/v1/rank", json={"user_id": 2**53 - 1})).status_code == 200


NOT_NUMBERS = [
    "1_0",
    "+1",
    "01",
    "4.0",
    "1e1",
    "%201",
    "1%20",
    "0x1",
    "true",
    "x",
    "0",
    "-1",
    "9007199254740992",
    "%D9%A1",
]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/users/{}", "user_id"),
        ("/users/{}", "user_id"),
        ("/v1/movies/{}", "movie_id"),
        ("/v1/movies/{}/similar", "movie_id"),
        ("/v1/users/{}/ratings/1", "user_id"),
        ("/v1/users/1/ratings/{}", "movie_id"),
        ("/v1/movies/603/similar?k={}", "k"),
        ("/v1/search?q=a&page_size={}", "page_size"),
        ("/v1/search?q=a&year_min={}", "year_min"),
        ("/v1/search?q=a&year_max={}", "year_max"),
    ],
)
async def test_only_plain_digits_are_a_number_in_a_path_or_query(
    gateway: httpx.AsyncClient, path: str, field: str
) -> None:
    for value in NOT_NUMBERS:
        answer = await gateway.get(path.format(value.replace("+", "%2B")))

        assert answer.status_code == 422, value
        assert [error["field"] for error in answer.json()["errors"]] == [field]
