"""Nobody waits long for a part that hangs: a ranker that accepts and never answers, a Redis that is stopped."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median

import httpx
import pytest
from redis.asyncio import Redis

from gateway.main import create_app
from gateway.settings import GatewaySettings
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.settings import RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from marquee_cli.embedded import Child, free_port, start_redis
from support.builders import a_movie, a_rating, in_batches
from support.running_app import running
from support.wait import until

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
RANKER_TIMEOUT_S = 1.0


class Ranker:
    """Accepts connections, and answers once it works."""

    def __init__(self) -> None:
        self.works = asyncio.Event()
        self.requests = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            await self.works.wait()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n")
            writer.write(b'Connection: close\r\n\r\n{"rung":"real"}')
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(ranker: Ranker) -> AsyncIterator[str]:
    port = free_port()
    async with await asyncio.start_server(ranker, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


async def fill(space: KeySpace) -> None:
    for movies in in_batches(CATALOG, [a_movie(movie_id=m, title=f"Number {m}") for m in range(1, 11)]):
        await MovieStore(space, CATALOG).apply(movies)
    for ratings in in_batches(
        RATINGS, [a_rating(user_id=u, movie_id=m) for m in range(1, 11) for u in range(1, m + 1)]
    ):
        await RatingStore(space).apply(ratings)


def settings_of(redis: RedisSettings, ranker_url: str, *, ranker_pause_s: float) -> GatewaySettings:
    return GatewaySettings(
        redis=redis,
        ranker_url=ranker_url,
        ingest_url=NOBODY,
        wait_s=10,
        ranker_timeout_s=RANKER_TIMEOUT_S,
        ranker_pause_s=ranker_pause_s,
    )


async def timed(call: Awaitable[httpx.Response]) -> tuple[httpx.Response, float]:
    started = time.monotonic()
    return await call, time.monotonic() - started


async def rank(gateway: httpx.AsyncClient) -> tuple[httpx.Response, float]:
    return await timed(gateway.post("/v1/rank", json={"user_id": 1, "k": 3}))


async def test_a_hung_ranker_delays_one_request_and_not_those_after_it(
    space: KeySpace, redis_settings: RedisSettings
) -> None:
    await fill(space)
    ranker = Ranker()
    async with (
        listening(ranker) as url,
        running(create_app(settings_of(redis_settings, url, ranker_pause_s=3.0))) as gateway,
    ):
        first, first_s = await rank(gateway)
        others = [await rank(gateway) for _ in range(20)]
        requests_while_hung = ranker.requests
        ranker.works.set()

        async def is_real() -> bool:
            return bool((await rank(gateway))[0].json().get("rung") == "real")

        await until(is_real, limit_s=10)

    assert first.json()["meta"]["rung"] == "popular"
    assert RANKER_TIMEOUT_S <= first_s < RANKER_TIMEOUT_S + 1
    assert all(answer.json()["meta"]["degraded"] == ["ranker"] for answer, _ in others)
    assert sum(took_s for _, took_s in others) < RANKER_TIMEOUT_S
    assert requests_while_hung == 1


async def test_while_a_ranker_hangs_one_request_at_a_time_asks_whether_it_is_back(
    space: KeySpace, redis_settings: RedisSettings
) -> None:
    await fill(space)
    ranker = Ranker()
    async with (
        listening(ranker) as url,
        running(create_app(settings_of(redis_settings, url, ranker_pause_s=0.001))) as gateway,
    ):
        await rank(gateway)
        answers = await asyncio.gather(*(rank(gateway) for _ in range(10)))

    assert ranker.requests == 2
    assert sum(took_s >= RANKER_TIMEOUT_S for _, took_s in answers) == 1
    assert {answer.status_code for answer, _ in answers} == {200}


async def test_an_explanation_has_its_own_limit_which_is_not_that_of_a_ranking(
    space: KeySpace, redis_settings: RedisSettings
) -> None:
    await fill(space)
    ranker = Ranker()
    async with listening(ranker) as url:
        settings = settings_of(redis_settings, url, ranker_pause_s=3.0).model_copy(update={"explain_timeout_s": 60.0})
        async with running(create_app(settings)) as gateway:
            explaining = asyncio.create_task(gateway.post("/v1/explain", json={"user_id": 1, "movie_ids": [3]}))
            await asyncio.wait([explaining], timeout=RANKER_TIMEOUT_S + 0.5)
            ranker.works.set()
            answer = await explaining

    assert (answer.status_code, answer.json()) == (200, {"rung": "real"})


@contextmanager
def stopped(child: Child) -> Iterator[None]:
    """SIGSTOP: it takes connections and bytes, and answers nothing."""
    os.kill(child.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(child.process.pid, signal.SIGCONT)


async def test_a_hung_redis_delays_no_answer_that_does_not_need_it(tmp_path: Path) -> None:
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    try:
        redis_settings = RedisSettings(url=f"redis://{child.address}/0")
        client: Redis = Redis.from_url(redis_settings.url)
        await fill(KeySpace(client, redis_settings.space))
        await client.aclose()
        settings = GatewaySettings(redis=redis_settings, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10, refresh_s=0.2)
        async with running(create_app(settings)) as gateway:
            assert (await gateway.get("/v1/users/1")).json()["rating_count"] == 10
            waits: list[tuple[float, float, float, float]] = []
            with stopped(child):
                for _ in range(3):
                    ranking, ranking_s = await rank(gateway)
                    movie, movie_s = await timed(gateway.get("/v1/movies/3"))
                    search, search_s = await timed(gateway.get("/v1/search?q=number"))
                    profile, profile_s = await timed(gateway.get("/v1/users/1"))

                    assert ranking.json()["meta"]["degraded"] == ["ranker", "redis"]
                    assert (movie.json()["title"], len(search.json()["items"])) == ("Number 3", 10)
                    assert (profile.status_code, profile.json()["detail"]) == (503, "redis is unavailable; try again")
                    waits.append((ranking_s, movie_s, search_s, profile_s))

            async def is_back() -> bool:
                return (await gateway.get("/v1/users/1")).status_code == 200

            await until(is_back, limit_s=10)
        *without, profiles = (median(each) for each in zip(*waits, strict=True))
        assert max(without) < 0.9
        assert profiles < 1.9
    finally:
        child.stop()
