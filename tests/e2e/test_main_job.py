"""The main job from outside: the data counted at each hop, and a personal ranking that adds up."""

import csv
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from support.system import System

USER = 123


def rank(api: httpx.Client, path: str = "/v1/rank", **body: object) -> dict[str, Any]:
    answer = api.post(path, json=body)
    assert answer.status_code == 200, answer.text
    ranking: dict[str, Any] = answer.json()
    return ranking


def movies_rated_by(system: System, user_id: int) -> set[int]:
    if system.data is None:
        return set()
    with (system.data / "ratings.csv").open(encoding="utf-8", newline="") as source:
        return {int(row["movieId"]) for row in csv.DictReader(source) if int(row["userId"]) == user_id}


def test_every_hop_counts_the_same_ratings_users_and_movies(system: System) -> None:
    if system.home is None and not system.compose:
        pytest.skip("only the addresses of this system are known")
    loaded = system.report("ingest", "/v1/load")["report"]

    hops = system.hops()

    assert isinstance(loaded, dict)
    if not loaded["skipped"]:
        for what, count in (("ratings", "accepted"), ("users", "users")):
            live = hops["topics"][what] - hops["visitors"][what] - loaded[count]
            assert 0 <= live <= 5, "other journeys rate a movie or two"
        assert hops["topics"]["movies"] == loaded["movies"]
    assert hops["topics"] == hops["redis"] == hops["parquet"]


@pytest.mark.parametrize("path", ["/v1/rank", "/rank"])
def test_a_known_user_gets_a_personal_ranking_whose_parts_add_up(api: httpx.Client, system: System, path: str) -> None:
    ranking = rank(api, path, user_id=USER, k=25)

    items = ranking["items"]
    assert isinstance(items, list)
    assert ranking["model_version"]
    assert ranking["meta"]["rung"] == "personal"
    movie_ids = [item["movie_id"] for item in items]
    assert len(set(movie_ids)) == 25
    assert not movies_rated_by(system, USER) & set(movie_ids)
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    for item in items:
        assert item["reasons"]
        parts = item["base"] + sum(reason["contribution"] for reason in item["reasons"])
        assert parts == pytest.approx(item["score"], abs=1e-4)
    if system.has_posters:
        assert sum(item["poster_url"] is not None for item in items) >= 23


def test_an_accepted_rating_drops_the_movie_from_the_next_rankings(api: httpx.Client) -> None:
    user_id = 1_500_000_000 + uuid4().int % 100_000_000
    first = rank(api, user_id=user_id, k=10)["items"][0]["movie_id"]
    rating = {"event_id": str(uuid4()), "user_id": user_id, "movie_id": first, "rating": 4.5}

    receipt = api.post("/v1/ratings", json={"ratings": [rating]})

    assert receipt.status_code == 202, receipt.text
    deadline = time.monotonic() + 10
    while True:
        ranking = rank(api, user_id=user_id, k=10)
        if first not in [item["movie_id"] for item in ranking["items"]]:
            break
        assert time.monotonic() < deadline, "the rating is not reflected after 10 s"
        time.sleep(0.05)


def test_an_unknown_user_gets_a_cold_list_and_no_error(api: httpx.Client) -> None:
    ranking = rank(api, user_id=2_000_000_001, k=25)

    assert ranking["meta"]["rung"] == "cold"
    assert len(ranking["items"]) == 25


def test_similar_movies_are_ranked_for_a_movie(api: httpx.Client) -> None:
    movie = rank(api, user_id=USER, k=1)["items"][0]["movie_id"]

    ranking = rank(api, movie_id=movie, k=10)

    assert ranking["meta"]["rung"] == "similar"
    assert movie not in [item["movie_id"] for item in ranking["items"]]
