"""POST /v1/ratings: acknowledged by the broker, or refused as a whole with the field named."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from ingest.main import create_app
from ingest.settings import IngestSettings
from marquee.contracts.topics import CATALOG, RATINGS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee_cli.embedded import free_port, start_kafka
from support.builders import a_batch, a_movie
from support.running_app import running
from support.topic_reader import events_on, records_on
from support.wait import until

pytestmark = pytest.mark.integration
NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
NOW_MS = 1_767_323_045_678


def a_body(**changes: object) -> dict[str, object]:
    return {"ratings": [{"event_id": str(uuid4()), "user_id": 7, "movie_id": 42, "rating": 4.5} | changes]}


async def list_movie(settings: KafkaSettings, movie_id: int = 42) -> None:
    await ensure_topics(settings, (CATALOG, RATINGS), wait_s=20)
    async with Publisher(settings, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [record_of(CATALOG, a_movie(movie_id=movie_id))])


async def ready(client: httpx.AsyncClient) -> None:
    async def is_ready() -> bool:
        return (await client.get("/readyz")).status_code == 200

    await until(is_ready)


@pytest.fixture
async def service(kafka_settings: KafkaSettings, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    await list_movie(kafka_settings)
    settings = IngestSettings(kafka=kafka_settings, redis=redis_settings, wait_s=20, claim_timeout_s=5)
    app = create_app(settings, clock=lambda: NOW)
    async with running(app) as client:
        await ready(client)
        yield client


async def test_an_accepted_ratings_event_is_where_the_receipt_says(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    body = a_body()

    response = await service.post("/v1/ratings", json=body)

    (receipt,) = response.json()["receipts"]
    (record,) = await records_on(kafka_settings, RATINGS)
    event = RATINGS.parse(record.value)
    assert response.status_code == 202
    assert (receipt["partition"], receipt["offset"]) == (record.partition, record.offset)
    assert receipt["event_id"] == str(event.event_id)
    assert (event.user_id, event.movie_id, event.rating, event.rated_at_ms) == (7, (42,), (4.5,), (NOW_MS,))


@pytest.mark.parametrize("correction", [{}, {"rated_at": NOW.isoformat()}], ids=["no time", "now"])
async def test_a_rating_dated_ahead_is_corrected_by_the_next_one(
    service: httpx.AsyncClient,
    kafka_settings: KafkaSettings,
    space: KeySpace,
    correction: dict[str, object],
) -> None:
    ahead = (NOW + timedelta(hours=23)).isoformat()
    for changes in ({"rating": 1, "rated_at": ahead}, {"rating": 5, **correction}):
        assert (await service.post("/v1/ratings", json=a_body(**changes))).status_code == 202

    store = RatingStore(space)
    await store.apply(a_batch(*await events_on(kafka_settings, RATINGS)))
    stored = await store.user(7)

    assert (stored.rating.tolist(), stored.rated_at.tolist()) == ([5.0], [NOW_MS])


async def test_receipts_are_in_the_order_of_the_ratings(
    service: httpx.AsyncClient,
) -> None:
    ids = [str(uuid4()) for _ in range(20)]
    ratings = [{"event_id": id_, "user_id": at + 1, "movie_id": 42, "rating": 3} for at, id_ in enumerate(ids)]

    response = await service.post("/v1/ratings", json={"ratings": ratings})

    assert [receipt["event_id"] for receipt in response.json()["receipts"]] == ids


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"movie_id": 43}, "ratings[0].movie_id"),
        ({"movie_id": -1}, "ratings[0].movie_id"),
        ({"user_id": 0}, "ratings[0].user_id"),
        ({"user_id": ""}, "ratings[0].user_id"),
        ({"rating": 5.3}, "ratings[0].rating"),
        ({"rating": 3.3}, "ratings[0].rating"),
        ({"rating": 0}, "ratings[0].rating"),
        ({"rated_at": "2026-01-03T03:04:06.679Z"}, "ratings[0].rated_at"),
        ({"rated_at": "1989-12-31T00:00:00Z"}, "ratings[0].rated_at"),
        ({"rated_at": "2026-01-01T00:00:00"}, "ratings[0].rated_at"),
        ({"event_id": "x"}, "ratings[0].event_id"),
        ({"stars": 5}, "ratings[0].stars"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings, changes: dict[str, object], field: str
) -> None:
    response = await service.post("/v1/ratings", json=a_body(**changes))

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert await records_on(kafka_settings, RATINGS) == []


async def test_one_wrong_rating_among_good_ones_stores_none(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    good, bad = a_body()["ratings"], a_body(movie_id=99)["ratings"]
    assert isinstance(good, list)
    assert isinstance(bad, list)

    response = await service.post("/v1/ratings", json={"ratings": [*good, *bad]})

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "ratings[1].movie_id")
    assert await records_on(kafka_settings, RATINGS) == []


@pytest.mark.parametrize("content", [b'{"ratings":[{"event_id"', b"", b"[", b"\xff"])
async def test_a_body_that_is_not_json_is_named(service: httpx.AsyncClient, content: bytes) -> None:
    response = await service.post("/v1/ratings", content=content, headers={"content-type": "application/json"})

    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "body" in response.json()["detail"]


async def test_a_movie_listed_a_moment_ago_can_be_rated(
    service: httpx.AsyncClient, kafka_settings: KafkaSettings
) -> None:
    await list_movie(kafka_settings, 77)

    async def is_accepted() -> bool:
        return (await service.post("/v1/ratings", json=a_body(movie_id=77))).status_code == 202

    await until(is_accepted)


async def test_a_rating_is_a_503_without_a_broker_and_a_202_once_it_is_back(
    tmp_path: Path, redis_settings: RedisSettings
) -> None:
    port = free_port()
    broker = start_kafka(tmp_path / "kafka", port=port, log=tmp_path / "kafka.log")
    try:
        settings = KafkaSettings(bootstrap=broker.address)
        await list_movie(settings)
        app = create_app(IngestSettings(kafka=settings, redis=redis_settings, wait_s=20, publish_timeout_s=2))
        async with running(app) as client:
            await ready(client)
            assert (await client.post("/v1/ratings", json=a_body())).status_code == 202

            broker.stop()
            body = a_body()
            response = await client.post("/v1/ratings", json=body)

            assert response.status_code == 503
            assert response.elapsed.total_seconds() < 4
            assert response.headers["content-type"] == "application/problem+json"
            assert broker.address in response.json()["detail"]
            assert (await client.get("/livez")).status_code == 200

            broker = start_kafka(tmp_path / "kafka", port=port, log=tmp_path / "kafka.log")

            async def is_accepted() -> bool:
                return (await client.post("/v1/ratings", json=a_body(user_id=8))).status_code == 202

            await until(is_accepted)
            assert (await client.post("/v1/ratings", json=body)).status_code == 202, "the same again is a retry"
        assert 8 in {event.user_id for event in await events_on(settings, RATINGS)}
    finally:
        broker.stop()
