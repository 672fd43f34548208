"""An event id stands for one rating: in a request, across requests, across processes, with and without Redis."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from ingest.main import create_app
from ingest.settings import IngestSettings
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee_cli.embedded import Child, free_port, start_redis
from support.builders import a_movie
from support.running_app import running
from support.topic_reader import events_on
from support.wait import until

pytestmark = pytest.mark.integration

Rating = dict[str, object]


def a_rating(**changes: object) -> Rating:
    return {"event_id": str(uuid4()), "user_id": 7, "movie_id": 1, "rating": 4.5} | changes


async def answer(client: httpx.AsyncClient, *ratings: Rating) -> tuple[int, list[str]]:
    """The status, and the fields that were refused."""
    found = await client.post("/v1/ratings", json={"ratings": list(ratings)})
    return found.status_code, [error["field"] for error in found.json().get("errors", ())]


@pytest.fixture
async def catalogue(kafka_settings: KafkaSettings) -> None:
    """Movies 1 and 2."""
    await ensure_topics(kafka_settings, (CATALOG, RATINGS), wait_s=20)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [record_of(CATALOG, a_movie(movie_id=m)) for m in (1, 2)])


@pytest.fixture
async def services(
    catalogue: None, kafka_settings: KafkaSettings, redis_settings: RedisSettings
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """Two of the same: what the second knows it has from Redis."""
    settings = IngestSettings(kafka=kafka_settings, redis=redis_settings, wait_s=20, claim_timeout_s=5)
    async with AsyncExitStack() as stack:
        one, other = [await stack.enter_async_context(running(create_app(settings))) for _ in range(2)]
        await ready(one)
        await ready(other)
        yield one, other


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Child]:
    """A Valkey that this test may stop."""
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    yield child
    child.stop()


async def ready(client: httpx.AsyncClient) -> None:
    async def is_ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await until(is_ready)


@pytest.mark.parametrize("other", [False, True], ids=["the same process", "another process"])
@pytest.mark.parametrize("change", [{"user_id": 8}, {"movie_id": 2}, {"rating": 5}], ids=repr)
async def test_an_event_id_that_was_used_for_another_rating_is_refused(
    services: tuple[httpx.AsyncClient, httpx.AsyncClient], kafka_settings: KafkaSettings, change: Rating, other: bool
) -> None:
    first = a_rating()
    assert await answer(services[0], first) == (202, [])

    refused = await services[other].post("/v1/ratings", json={"ratings": [a_rating(), first | change]})

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {"field": "ratings[1].event_id", "message": "was used for another rating"},
    ]
    assert len(await events_on(kafka_settings, RATINGS)) == 1


@pytest.mark.parametrize("other", [False, True], ids=["the same process", "another process"])
async def test_the_same_rating_under_the_same_event_id_is_a_retry(
    services: tuple[httpx.AsyncClient, httpx.AsyncClient], other: bool
) -> None:
    first = a_rating(rating=4)

    assert await answer(services[0], first) == (202, [])
    assert await answer(services[other], first | {"rating": 4.0}) == (202, [])
    assert await answer(services[other], a_rating(), first | {"rated_at": "2020-01-01T00:00:00Z"}) == (202, [])


async def test_a_refused_request_claims_nothing(services: tuple[httpx.AsyncClient, httpx.AsyncClient]) -> None:
    taken, free = a_rating(), a_rating()
    await answer(services[0], taken)

    assert await answer(services[1], free, taken | {"user_id": 8}) == (422, ["ratings[1].event_id"])
    assert await answer(services[1], free | {"movie_id": 999}) == (422, ["ratings[0].movie_id"])
    assert await answer(services[1], free | {"rating": 1}) == (202, [])
    assert await answer(services[0], free) == (422, ["ratings[0].event_id"])


async def test_of_two_users_at_the_same_moment_one_is_accepted(
    services: tuple[httpx.AsyncClient, httpx.AsyncClient],
) -> None:
    for _ in range(10):
        first = a_rating()

        answers = await asyncio.gather(
            *(answer(services[at % 2], first | {"user_id": at + 1}) for at in range(4)), return_exceptions=False
        )

        assert sorted(status for status, _ in answers) == [202, 422, 422, 422]


async def test_a_claim_ends_when_the_stores_forget_the_event_id(
    services: tuple[httpx.AsyncClient, httpx.AsyncClient], redis: Redis, redis_settings: RedisSettings
) -> None:
    first = a_rating()
    await answer(services[0], first)

    (key,) = [key async for key in redis.scan_iter(match=f"*{first['event_id']}*")]

    assert redis_settings.space in key.decode()
    assert 7 * 86_400 - 60 < await redis.ttl(key) <= 7 * 86_400


@pytest.mark.parametrize("how", ["stopped", "hung"])
async def test_ratings_are_accepted_while_redis_cannot_be_asked(
    catalogue: None, kafka_settings: KafkaSettings, own_redis: Child, how: str
) -> None:
    redis_settings = RedisSettings(url=f"redis://{own_redis.address}/0")
    async with running(create_app(IngestSettings(kafka=kafka_settings, redis=redis_settings, wait_s=20))) as client:
        await ready(client)
        first, second = a_rating(), a_rating()
        assert await answer(client, first) == (202, [])
        if how == "stopped":
            own_redis.stop()
        else:
            own_redis.process.send_signal(signal.SIGSTOP)
        try:
            with capture_logs() as logged:
                started = time.monotonic()
                assert await answer(client, second) == (202, [])
                took_s = time.monotonic() - started
                assert await answer(client, a_rating()) == (202, [])
                assert await answer(client, second) == (202, []), "a retry"
                assert await answer(client, first | {"user_id": 8}) == (422, ["ratings[0].event_id"]), "from memory"
                assert await answer(client, second | {"user_id": 8}) == (422, ["ratings[0].event_id"]), "from memory"
        finally:
            if how == "hung":
                own_redis.process.send_signal(signal.SIGCONT)

    assert took_s < 1
    assert [entry["event"] for entry in logged].count("event_ids_not_checked") == 1
