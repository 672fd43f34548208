"""The ranker on a real broker and Valkey: from no model to a hot swap, and the ladder when Redis goes away."""

import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from marquee.contracts.events import ModelChanged, ModelStatus, MoviesRated
from marquee.contracts.topics import MODELS, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee_cli.embedded import Child, free_port, start_kafka, start_redis
from ranker.main import create_app
from ranker.settings import RankerSettings
from support.builders import a_rating, in_batches
from support.running_app import running
from support.wait import until
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.pipeline import train

pytestmark = pytest.mark.integration

WORLD, CATALOG = checkerboard(), a_catalog()


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bundles of the same small world."""
    folder = tmp_path_factory.mktemp("models")
    model = train(WORLD, CATALOG, as_of_ms=int(WORLD.rated_at.max()), config=TrainingConfig(seed=1))
    for version in ("v1", "v2"):
        model.write(folder, version=version, created_at=datetime(2026, 1, 1, tzinfo=UTC))
    return folder


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[Child]:
    """A Valkey that this test may stop."""
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    yield child
    child.stop()


@pytest.fixture
async def own_space(own_redis: Child) -> AsyncIterator[KeySpace]:
    """The keys that a ranker with usual settings reads there."""
    settings = RedisSettings(url=f"redis://{own_redis.address}/0")
    redis: Redis = Redis.from_url(settings.url)
    yield KeySpace(redis, settings.space)
    await redis.aclose()


def world_events() -> list[MoviesRated]:
    columns = (WORLD.user_id.tolist(), WORLD.movie_id.tolist(), WORLD.rating.tolist(), WORLD.rated_at.tolist())
    return [a_rating(user_id=u, movie_id=m, rating=r, rated_at_ms=t) for u, m, r, t in zip(*columns, strict=True)]


async def fill(space: KeySpace) -> None:
    for batch in in_batches(RATINGS, world_events()):
        await RatingStore(space).apply(batch)


async def promote(kafka: KafkaSettings, version: str) -> None:
    event = ModelChanged(
        version=version,
        status=ModelStatus.PROMOTED,
        location=version,
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    async with Publisher(kafka, timeout_s=15) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, event)])


@asynccontextmanager
async def serving(kafka: KafkaSettings, redis: RedisSettings, model_dir: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The service with the model v1, as soon as it serves that."""
    await ensure_topics(kafka, wait_s=20)
    await promote(kafka, "v1")
    settings = RankerSettings(kafka=kafka, redis=redis, model_dir=model_dir, wait_s=20)
    async with running(create_app(settings)) as client:
        await until(partial(serves, client, "v1"))
        yield client


async def serves(client: httpx.AsyncClient, version: str) -> bool:
    return bool((await client.get("/version")).json()["model_version"] == version)


async def test_answers_are_503_then_personal_then_of_the_new_model_without_a_gap(
    kafka_settings: KafkaSettings, space: KeySpace, redis_settings: RedisSettings, model_dir: Path
) -> None:
    await fill(space)
    await ensure_topics(kafka_settings, wait_s=20)
    settings = RankerSettings(kafka=kafka_settings, redis=redis_settings, model_dir=model_dir, wait_s=20)
    async with running(create_app(settings)) as client:
        assert (await client.post("/v1/rank", json={"user_id": 1})).status_code == 503
        for version in ("v1", "no-such-bundle", "v2"):
            await promote(kafka_settings, version)
            if version != "no-such-bundle":
                await until(partial(serves, client, version))
                answer = await client.post("/v1/rank", json={"user_id": 1, "k": 5})
                assert answer.json()["model_version"] == version
                assert answer.json()["meta"]["rung"] in ("personal", "retrieval")
        user_one = [card["movie_id"] for card in answer.json()["items"]]

    assert sum(movie % 2 for movie in user_one) >= 4  # whoever liked odd movies wants odd movies


async def test_a_restarted_ranker_serves_the_next_page_of_a_ranking_from_before(
    kafka_settings: KafkaSettings, space: KeySpace, redis_settings: RedisSettings, model_dir: Path
) -> None:
    await fill(space)
    async with serving(kafka_settings, redis_settings, model_dir) as client:
        whole = (await client.post("/v1/rank", json={"user_id": 1, "k": 8})).json()
        first = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()
        page, of_first = f"/v1/rankings/{first['ranking_id']}", {"page_token": first["next_page_token"], "page_size": 3}
        await until(partial(_is_kept, client, page, of_first))
    async with serving(kafka_settings, redis_settings, model_dir) as client:
        after = (await client.get(page, params=of_first)).json()

    assert [card["movie_id"] for card in after["items"]] == [card["movie_id"] for card in whole["items"][5:]]
    assert [card["score"] for card in after["items"]] == [card["score"] for card in whole["items"][5:]]


async def _is_kept(client: httpx.AsyncClient, page: str, params: dict[str, str | int]) -> bool:
    return (await client.get(page, params=params)).status_code == 200


async def test_without_redis_known_users_get_their_last_list_and_others_a_cold_one(
    kafka_settings: KafkaSettings, own_redis: Child, own_space: KeySpace, model_dir: Path
) -> None:
    redis_settings = RedisSettings(url=f"redis://{own_redis.address}/0", timeout_s=0.5)
    await fill(own_space)
    async with serving(kafka_settings, redis_settings, model_dir) as client:
        before = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()

        own_redis.stop()
        stale = await client.post("/v1/rank", json={"user_id": 1, "k": 5})
        cold = await client.post("/v1/rank", json={"user_id": 2, "k": 5})

    assert (stale.status_code, cold.status_code) == (200, 200)
    assert stale.json()["meta"]["rung"] == "stale"
    assert stale.json()["meta"]["degraded"][-1] == "redis"
    assert (before["next_page_token"] is None, stale.json()["next_page_token"]) == (False, None)
    assert [card["movie_id"] for card in stale.json()["items"]] == [card["movie_id"] for card in before["items"]]
    assert cold.json()["meta"]["rung"] == "cold"
    assert cold.json()["meta"]["degraded"] == ["redis"]


async def test_rankings_continue_while_kafka_is_unavailable(
    space: KeySpace, redis_settings: RedisSettings, model_dir: Path, tmp_path: Path
) -> None:
    await fill(space)
    broker = start_kafka(tmp_path / "kafka", port=free_port(), log=tmp_path / "kafka.log")
    try:
        async with serving(KafkaSettings(bootstrap=broker.address), redis_settings, model_dir) as client:
            before = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()

            broker.stop()
            answers = [await client.post("/v1/rank", json={"user_id": 1, "k": 5}) for _ in range(20)]
    finally:
        broker.stop()

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.json()["items"] for answer in answers] == [before["items"]] * 20
    assert {answer.json()["meta"]["rung"] for answer in answers} == {before["meta"]["rung"]}


async def test_a_hung_redis_gives_a_known_user_a_stale_list_soon(
    kafka_settings: KafkaSettings, own_redis: Child, own_space: KeySpace, model_dir: Path
) -> None:
    redis_settings = RedisSettings(url=f"redis://{own_redis.address}/0")
    await fill(own_space)
    async with serving(kafka_settings, redis_settings, model_dir) as client:
        await client.post("/v1/rank", json={"user_id": 1, "k": 5})
        own_redis.process.send_signal(signal.SIGSTOP)
        try:
            answers = [await client.post("/v1/rank", json={"user_id": 1, "k": 5}) for _ in range(5)]
        finally:
            own_redis.process.send_signal(signal.SIGCONT)

        await until(partial(_is_on, client, "personal"))
    assert {answer.json()["meta"]["rung"] for answer in answers} == {"stale"}
    assert sorted(answer.elapsed.total_seconds() for answer in answers)[2] < 0.5


async def test_an_emptied_redis_gives_stale_lists_and_no_unmarked_cold_one(
    kafka_settings: KafkaSettings, own_redis: Child, own_space: KeySpace, model_dir: Path
) -> None:
    redis_settings = RedisSettings(url=f"redis://{own_redis.address}/0")
    await fill(own_space)
    async with serving(kafka_settings, redis_settings, model_dir) as client:
        before = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()
        for user_id in range(1, 60):  # one of each shard at least, but never user 2
            if user_id != 2:
                await client.post("/v1/rank", json={"user_id": user_id, "k": 5, "explain": False})
        await own_space.redis.flushall()

        known = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()
        other = (await client.post("/v1/rank", json={"user_id": 2, "k": 5})).json()

        await fill(own_space)
        await until(partial(_is_on, client, "personal"))
    assert (known["meta"]["rung"], known["meta"]["degraded"]) == ("stale", ["rebuilding"])
    assert [card["movie_id"] for card in known["items"]] == [card["movie_id"] for card in before["items"]]
    assert (other["meta"]["rung"], other["meta"]["degraded"]) == ("cold", ["rebuilding"])


async def _is_on(client: httpx.AsyncClient, rung: str) -> bool:
    answer = await client.post("/v1/rank", json={"user_id": 1, "k": 5})
    return bool(answer.json()["meta"]["rung"] == rung)


async def test_a_filter_that_leaves_nothing_is_answered_by_the_ranker_with_an_empty_list(
    kafka_settings: KafkaSettings, space: KeySpace, redis_settings: RedisSettings, model_dir: Path
) -> None:
    await fill(space)
    nothing = {"genres": ["Film-Noir"], "year_min": 2015}
    async with serving(kafka_settings, redis_settings, model_dir) as client:
        whole = (await client.post("/v1/rank", json={"user_id": 1})).json()["meta"]["rung"]
        for subject, rung in (({"user_id": 1}, whole), ({"user_id": 999}, "cold"), ({"movie_id": 1}, "similar")):
            answer = await client.post("/v1/rank", json={**subject, "filters": nothing})

            assert answer.status_code == 200, subject
            assert answer.json()["items"] == []
            assert (answer.json()["meta"]["rung"], answer.json()["meta"]["degraded"]) == (rung, [])
