"""Figures of requests: how long answers take, how many there are per second, and how soon a rating shows in them."""

import csv
import json
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import numpy as np

from marquee_cli.bench_figures import Figure
from marquee_cli.computed import computed, unused_ids
from marquee_cli.load import WARM_UP, Call, Client, Outcome, closed_loop, one_by_one

K = 25
STRANGER = 2_000_000_000
NEWCOMERS = 1_600_000_000
LOOP_LIMIT_COUNT = 20_000
REFLECTED_LIMIT_S = 10.0


def figures_at(url: str, data: str, *, requests: int, seconds: float) -> Iterator[Figure]:
    """Those that need no more than the address of a gateway, or of several behind one, and whose users `data` has."""
    rng = random.Random(1)
    users, movies = known_users(data, rng), known_movies(url)
    yield from _latencies(url, users, movies, rng, requests)
    yield from _throughput(url, users, seconds)


def known_users(data: str, rng: random.Random) -> list[int]:
    """Users of the data set in random order; for a named set the ids 1 to 600."""
    path = Path(data) / "ratings.csv"
    if not path.is_file():
        found = list(range(1, 601))
    else:
        with path.open(encoding="utf-8", errors="replace", newline="") as source:
            rows = (row[0] for row in csv.reader(source) if row and row[0].isdigit())
            found = sorted({int(row) for row in rows})
    rng.shuffle(found)
    return found


def known_movies(url: str) -> list[dict[str, Any]]:
    """The first 500 movies of the list that a new user gets."""
    with Client(url) as client:
        items: list[dict[str, Any]] = client.json(Call("/v1/rank", {"user_id": STRANGER, "k": 500}))["items"]
    return items


def _latencies(
    url: str, users: list[int], movies: list[dict[str, Any]], rng: random.Random, requests: int
) -> Iterator[Figure]:
    def some(length: int) -> Iterator[int]:
        return (number % length for number in range(requests + WARM_UP))

    rank = islice(computed("user_id", users, unused_ids(), k=K), requests + WARM_UP)
    yield _latency(f"rank for a user, k={K}, one client", one_by_one(url, rank), p50_ms=6, p99_ms=12)
    again = [Call("/v1/rank", {"user_id": users[0], "k": K})] * (requests + WARM_UP)
    yield _latency("the same ranking repeated, one client", one_by_one(url, again), p50_ms=2)
    movie_ids = [movie["movie_id"] for movie in movies]
    similar = islice(computed("movie_id", movie_ids, unused_ids(), k=K), requests + WARM_UP)
    yield _latency(f"rank for a movie, k={K}, one client", one_by_one(url, similar), p50_ms=4)
    few = movie_ids[:WARM_UP]  # each is asked for once among the calls that are not counted
    similar_again = islice(computed("movie_id", few, unused_ids(), k=K), requests + WARM_UP)
    what = f"rank for a movie asked for before, k={K}, one client"
    yield _latency(what, one_by_one(url, similar_again), p50_ms=4)
    titles = [movies[n]["title"] for n in some(len(movies))]
    prefixes = [title[: rng.randint(3, 8)] for title in titles]
    search = [Call(f"/v1/search?q={quote(prefix)}&page_size=10") for prefix in prefixes]
    yield _latency("search by prefix, one client", one_by_one(url, search), p99_ms=20)
    detail = [Call(f"/v1/movies/{movies[n]['movie_id']}") for n in some(len(movies))]
    yield _latency("movie detail, one client", one_by_one(url, detail))


def _latency(what: str, outcome: Outcome, *, p50_ms: float | None = None, p99_ms: float | None = None) -> Figure:
    p50, p95, p99 = (outcome.percentile(q) for q in (50, 95, 99))
    value = f"p50 {p50:.1f}  p95 {p95:.1f}  p99 {p99:.1f} ms" + _errors(outcome)
    limits = [(p50_ms, p50, "p50"), (p99_ms, p99, "p99")]
    budget = ", ".join(f"{name} ≤ {limit:g} ms" for limit, _, name in limits if limit is not None)
    is_met = all(found <= limit for limit, found, _ in limits if limit is not None) and outcome.errors == 0
    return Figure(what, value, budget, is_met if budget else None, outcome.summary())


def _throughput(url: str, users: list[int], seconds: float) -> Iterator[Figure]:
    calls = list(islice(computed("user_id", users, unused_ids(), k=K), LOOP_LIMIT_COUNT))
    limits: dict[str, Any] = {"connections": 8, "limit_s": seconds, "limit_count": LOOP_LIMIT_COUNT}
    yield _loop(f"rank for users, k={K}, closed loop, 8 connections", closed_loop(url, calls, **limits), per_s=400)
    again = closed_loop(url, calls[:1], **limits)
    yield _loop("the same ranking, closed loop, 8 connections", again, per_s=1_000)


def _loop(what: str, outcome: Outcome, *, per_s: float) -> Figure:
    value = f"{outcome.per_s:,.0f}/s, p50 {outcome.percentile(50):.1f}, p99 {outcome.percentile(99):.1f} ms"
    is_met = outcome.per_s >= per_s and outcome.errors == 0
    return Figure(what, value + _errors(outcome), f"≥ {per_s:,.0f}/s", is_met, outcome.summary())


def _errors(outcome: Outcome) -> str:
    return f", {outcome.errors} errors {json.dumps(outcome.statuses)}" if outcome.errors else ""


def reflected(url: str, count: int = 30) -> Figure:
    """From the 202 to the first ranking without the rated movie; rankings are requested one after the other."""
    waits_ms: list[float] = []
    with Client(url) as client:
        for _ in range(count):
            user_id = NEWCOMERS + random.randrange(100_000_000)
            request = Call("/v1/rank", {"user_id": user_id, "k": 10})
            movie_id = client.json(request)["items"][0]["movie_id"]
            rating = {"event_id": str(uuid4()), "user_id": user_id, "movie_id": movie_id, "rating": 4.5}
            client.json(Call("/v1/ratings", {"ratings": [rating]}))
            accepted = time.perf_counter()
            while any(item["movie_id"] == movie_id for item in client.json(request)["items"]):
                if time.perf_counter() - accepted > REFLECTED_LIMIT_S:
                    break
            waits_ms.append((time.perf_counter() - accepted) * 1_000)
    p50, p95 = (float(np.percentile(waits_ms, q)) for q in (50, 95))
    numbers = {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1), "ratings": float(count)}
    value = f"p50 {p50:.0f}  p95 {p95:.0f} ms"
    return Figure("rating accepted until a ranking reflects it", value, "p95 ≤ 50 ms", p95 <= 50, numbers)
