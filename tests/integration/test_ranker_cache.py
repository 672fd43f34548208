"""Answers that are sent again are the ones that would be computed, whatever has happened, and say that they are."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from marquee.contracts.events import Act, MovieListed, MoviesRated, UserActed
from marquee.contracts.topics import ACTIVITY, CATALOG, shard_of
from marquee.stores.dismissals import DismissalStore
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from marquee_cli.embedded import free_port, start_redis
from ranker.cache import OLDEST_S, PIN_TRUSTED_S
from ranker.pool import RankingPool
from ranker.serving import Serving
from support.builders import a_movie, a_rating, a_withdrawal, an_act, in_batches
from support.ranker_app import RankerApp, a_ranker, store, world_events
from support.serving import modelless, trained

pytestmark = pytest.mark.integration

WORLD = world_events()
REQUESTS: tuple[dict[str, Any], ...] = (
    {"user_id": 1, "k": 5},
    {"user_id": 2, "k": 5},
    {"user_id": 1, "k": 5, "explain": False},
    {"user_id": 1, "k": 500},
    {"user_id": 1, "k": 5, "mute": ["popular"], "diversity": 0.5},
    {"user_id": 99_999, "k": 5},
    {"user_ids": [1, 2], "k": 5},
    {"movie_id": 1, "k": 5},
    {"ratings": [{"movie_id": 1, "rating": 5.0}], "k": 5},
)
OF_THE_MOMENT = ("ranking_id", "next_page_token")


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what differs between two computations of the same."""
    meta = {name: value for name, value in answer["meta"].items() if name not in ("timings_ms", "cached")}
    has_next = answer["next_page_token"] is not None
    rest = {name: value for name, value in answer.items() if name not in OF_THE_MOMENT}
    return {**rest, "meta": meta, "has_next": has_next}


@pytest.fixture
async def ranker(space: KeySpace) -> AsyncIterator[RankerApp]:
    await store(space, WORLD)
    async with a_ranker(space) as app:
        yield app


@pytest.mark.parametrize("body", REQUESTS, ids=str)
async def test_a_request_repeated_is_answered_with_the_same_ranking(ranker: RankerApp, body: dict[str, Any]) -> None:
    first, again = [await ranker.rank(**body) for _ in range(2)]

    is_guest = "ratings" in body
    assert "cached" not in first["meta"]
    assert again["meta"].get("cached", False) is not is_guest
    assert (first["ranking_id"] == again["ranking_id"]) is not is_guest
    if not is_guest:
        assert comparable(again) == comparable(first)
        assert again["next_page_token"] == first["next_page_token"]


async def test_the_pages_of_a_ranking_that_was_sent_again_are_its_own(ranker: RankerApp) -> None:
    pages = await ranker.pages(await ranker.rank(user_id=1, k=5))
    again = await ranker.pages(await ranker.rank(user_id=1, k=5))

    assert again[0]["meta"]["cached"]
    assert [page["items"] for page in again] == [page["items"] for page in pages]


async def test_a_ranking_whose_next_pages_are_gone_is_computed_again(space: KeySpace) -> None:
    await store(space, WORLD)
    now = [100.0]
    async with a_ranker(space, pool=RankingPool(threads=1, waiting=9, clock=lambda: now[0])) as ranker:
        first = await ranker.rank(user_id=1, k=5)
        await ranker.pages(first)
        now[0] += PIN_TRUSTED_S + 1
        kept = await ranker.rank(user_id=1, k=5)
        await space.redis.delete(ranker.wiring.pins.store.keys.pin(first["ranking_id"]))
        now[0] += PIN_TRUSTED_S + 1
        other = await ranker.rank(user_id=1, k=5)
        await ranker.pages(other)
        now[0] += OLDEST_S + 1
        old = await ranker.rank(user_id=1, k=5)

    assert [answer["meta"].get("cached", False) for answer in (kept, other, old)] == [True, False, False]
    assert len({answer["ranking_id"] for answer in (kept, other, old)}) == 3


async def test_a_redis_that_hangs_holds_up_one_of_all_the_kept_answers(tmp_path: Path) -> None:
    now, seen_s, movies = [100.0], 1.0, range(1, 21)
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    try:
        async with Redis.from_url(f"redis://{child.address}/0") as redis:
            space = KeySpace(redis, "own")
            await store(space, WORLD)
            pool = RankingPool(threads=1, waiting=9, clock=lambda: now[0])
            async with a_ranker(space, clock=lambda: 1e9, pin_seen_s=seen_s, pool=pool) as ranker:
                for movie_id in movies:
                    await ranker.pages(await ranker.rank(movie_id=movie_id, k=5))
                now[0] += PIN_TRUSTED_S + 1
                os.kill(child.process.pid, signal.SIGSTOP)
                began = time.monotonic()
                answers = [await ranker.rank(movie_id=movie_id, k=5) for movie_id in movies]
                took_s = time.monotonic() - began
                os.kill(child.process.pid, signal.SIGCONT)
    finally:
        child.stop()

    assert {answer["meta"]["rung"] for answer in answers} == {"similar"}
    assert {answer["next_page_token"] for answer in answers} == {None}  # nothing can be kept for it
    assert took_s < len(movies) * seen_s


async def test_an_answer_sent_again_says_what_holds_now_of_receipts_and_offsets(
    ranker: RankerApp, space: KeySpace
) -> None:
    neighbour = next(user for user in range(10_000, 10_099) if shard_of(user) == shard_of(1))
    own = [event for event in WORLD if shard_of(event.user_id) == shard_of(1)]
    receipt = {"event_id": str(own[0].event_id), "partition": shard_of(1), "offset": 0}
    first = await ranker.rank(user_id=1, k=5)
    await store(space, [*WORLD, a_rating(user_id=neighbour, movie_id=2)])

    again, waited = await ranker.rank(user_id=1, k=5), await ranker.rank(user_id=1, k=5, after=[receipt])

    assert again["meta"]["cached"] and waited["meta"]["cached"]
    assert again["meta"]["stages"]["applied_offset"] == first["meta"]["stages"]["applied_offset"] + 1
    assert (again["meta"]["freshness"].get("applied"), waited["meta"]["freshness"]["applied"]) == (None, True)


async def test_nothing_is_kept_of_a_guest_or_while_the_store_is_unavailable(ranker: RankerApp) -> None:
    await ranker.rank(ratings=[{"movie_id": 1, "rating": 5.0}], k=5)
    assert len(ranker.wiring.cache) == 0
    await ranker.rank(user_id=1, k=5)
    online = ranker.wiring.online
    online._blind_until = 1e12

    stale = await ranker.rank(user_id=1, k=5)

    assert (stale["meta"]["rung"], stale["meta"].get("cached")) == ("stale", None)


async def test_the_cache_takes_no_more_than_its_bytes_and_forgets_what_was_not_asked_for(space: KeySpace) -> None:
    await store(space, WORLD)
    async with a_ranker(space, cached_bytes=60_000) as ranker:
        for user_id in range(1, 30):
            await ranker.rank(user_id=user_id, k=5)
            await ranker.rank(user_id=1, k=5)
            assert 0 < ranker.wiring.cache.size <= 60_000
        last, first, second = [(await ranker.rank(user_id=user, k=5))["meta"].get("cached") for user in (29, 1, 2)]

    assert (last, first, second) == (True, True, None)


async def test_a_title_that_changed_is_on_the_next_answer(ranker: RankerApp, space: KeySpace) -> None:
    shown = (await ranker.rank(user_id=1, k=5))["items"][0]["movie_id"]
    for batch in in_batches(CATALOG, [a_movie(movie_id=shown, title="Another title")]):
        await MovieStore(space, CATALOG).apply(batch)
    serving = ranker.wiring.online.serving
    await ranker.wiring.online.refresh()

    answer = await ranker.rank(user_id=1, k=5)

    assert ranker.wiring.online.serving is serving, "it is the cards alone that changed"
    assert answer["items"][0]["title"] == "Another title"
    assert "cached" not in answer["meta"]


@dataclass
class Machine:
    """A ranker with a cache, the same one without, and the log of what happened to the store under both."""

    space: KeySpace
    cached: RankerApp
    uncached: RankerApp
    rated: list[MoviesRated] = field(default_factory=lambda: list(WORLD))
    acts: list[UserActed] = field(default_factory=list)
    listed: list[MovieListed] = field(default_factory=list)
    fresh: set[int] = field(default_factory=set)  # users whose record has changed since they were last asked for

    async def rate(self, user_id: int, movie_id: int, rating: float | None) -> None:
        at = 2_000_000_000_000 + len(self.rated)
        event = a_rating(user_id=user_id, movie_id=movie_id, rating=rating or 0.5, rated_at_ms=at)
        self.rated.append(event if rating else a_withdrawal(user_id=user_id, movie_id=movie_id))
        before = await self.record_of(user_id)
        await store(self.space, self.rated)
        if await self.record_of(user_id) != before:
            self.fresh.add(user_id)

    async def record_of(self, user_id: int) -> object:
        return (await self.space.redis.get(RatingStore(self.space).keys(shard_of(user_id)).user(user_id)),)

    async def act(self, user_id: int, movie_id: int, kind: Act) -> None:
        self.acts.append(an_act(user_id=user_id, movie_id=movie_id, kind=kind))
        for batch in in_batches(ACTIVITY, self.acts):
            await DismissalStore(self.space).apply(batch)

    async def retitle(self, movie_id: int) -> None:
        self.listed.append(a_movie(movie_id=movie_id, title=f"Title {len(self.listed)}"))
        for batch in in_batches(CATALOG, self.listed):
            await MovieStore(self.space, CATALOG).apply(batch)

    async def refresh(self) -> None:
        await self.cached.wiring.online.refresh()

    async def swap(self, has_model: bool) -> None:
        online = self.cached.wiring.online
        online.serving = Serving.of((trained() if has_model else modelless()).model, online.stats.stats())

    async def ask(self, body: dict[str, Any]) -> None:
        found, expected = await self.cached.rank(**body), await self.uncached.rank(**body)
        assert comparable(found) == comparable(expected)
        user_id = body.get("user_id")
        if user_id in self.fresh:
            assert "cached" not in found["meta"], "the first ranking after an event was not computed"
        self.fresh -= {user_id}


users, movies = st.sampled_from([1, 2, 99_999]), st.integers(1, 12)
STEPS: st.SearchStrategy[tuple[Any, ...]] = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(REQUESTS[:-1])),
    st.tuples(st.just("ask"), st.sampled_from(REQUESTS[:2])),
    st.tuples(st.just("rate"), users, movies, st.sampled_from([1.0, 5.0, None])),
    st.tuples(st.just("act"), users, movies, st.sampled_from([Act.DISMISSED, Act.UNDISMISSED])),
    st.tuples(st.just("retitle"), movies),
    st.tuples(st.just("refresh")),
    st.tuples(st.just("swap"), st.booleans()),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, min_size=5, max_size=20))
def test_whatever_happens_every_answer_is_the_one_that_would_be_computed(
    redis_address: str, steps: list[tuple[Any, ...]]
) -> None:
    async def run() -> None:
        async with Redis.from_url(redis_address) as redis:
            space = KeySpace(redis, f"t{uuid4().hex[:10]}")
            await store(space, WORLD)
            async with a_ranker(space) as app, a_ranker(space, like=app, cached_bytes=0) as other:
                machine = Machine(space, app, other)
                for body in REQUESTS[:-1]:
                    await machine.ask(body)
                for name, *arguments in steps:
                    await getattr(machine, name)(*arguments)
                await machine.refresh()
                for body in REQUESTS[:-1]:
                    await machine.ask(body)

    asyncio.run(run())
