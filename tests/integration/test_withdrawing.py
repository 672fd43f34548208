"""DELETE /v1/users/{id}/ratings/{movie_id}, from the gateway through the log to both stores, the ranking and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from features.settings import FeaturesSettings
from gateway.main import create_app
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream
from ingest.main import create_app as ingest_app
from ingest.settings import IngestSettings
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import MovieListed
from marquee.contracts.topics import CATALOG, RATINGS, shard_of
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace, open_redis
from marquee.stores.online import RatingStore
from marquee.stores.shards import stored_offsets
from marquee.stores.views import digest
from marquee_cli.embedded import free_port, start_redis
from ranker.main import create_app as ranker_app
from ranker.routes import Wiring as RankerWiring
from ranker.settings import RankerSettings
from support.builders import NOON_MS, a_batch, a_rating
from support.ratings_flow import running as features_running
from support.running_app import running
from support.small_system import publish_world
from support.topic_reader import events_on
from support.wait import until

pytestmark = pytest.mark.integration

NOBODY = "http://127.0.0.1:9"  # the discard port: nothing listens there
USER = 9_001


@pytest.fixture
async def catalogue(kafka_settings: KafkaSettings) -> None:
    """Movies 1 to 40 on the topic."""
    await ensure_topics(kafka_settings, wait_s=20)
    movies = [MovieListed(movie_id=m, title=f"Movie {m}", year=1990, genres=(f"Genre{m % 2}",)) for m in range(1, 41)]
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(CATALOG, [record_of(CATALOG, movie) for movie in movies])


@pytest.fixture
async def ingest(
    catalogue: None, kafka_settings: KafkaSettings, redis_settings: RedisSettings
) -> AsyncIterator[httpx.AsyncClient]:
    settings = IngestSettings(kafka=kafka_settings, redis=redis_settings, wait_s=20, claim_timeout_s=5)
    async with running(ingest_app(settings)) as client:

        async def is_ready() -> bool:
            return (await client.get("/readyz")).status_code == 200

        await until(is_ready)
        yield client


@asynccontextmanager
async def in_front_of(redis: RedisSettings, **behind: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway, with apps of this process behind it; it cannot reach those that are not given."""
    settings = GatewaySettings(redis=redis, ranker_url=NOBODY, ingest_url=NOBODY, wait_s=10, refresh_s=0.1)
    upstreams = {name: Upstream(name, client, timeout_s=20.0) for name, client in behind.items()}
    async with running(create_app(settings), rewired=lambda wiring: replace(wiring, **upstreams)) as client:
        yield client


@pytest.fixture
async def gateway(ingest: httpx.AsyncClient, redis_settings: RedisSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with in_front_of(redis_settings, ingest=ingest) as client:
        yield client


@pytest.fixture
def store(space: KeySpace) -> RatingStore:
    return RatingStore(space)


async def rated(store: RatingStore, *movies: int, stars: float = 4.0) -> None:
    """The store as if `features` had applied these ratings of the user, all made at noon."""
    shard = (RATINGS.name, shard_of(USER))
    end = (await stored_offsets(store.space, [shard]))[shard]
    events = [a_rating(user_id=USER, movie_id=movie, rating=stars) for movie in movies]
    await store.apply(a_batch(*events, first_offset=end))


async def applied(store: RatingStore, kafka: KafkaSettings, *, since: int) -> int:
    """Apply what the topic has beyond its first records, as `features` would; returns how many it has."""
    events = await events_on(kafka, RATINGS)
    shard = (RATINGS.name, shard_of(USER))
    end = (await stored_offsets(store.space, [shard]))[shard]
    await store.apply(a_batch(*events[since:], first_offset=end))
    return len(events)


def path_of(movie: int, user: int = USER) -> str:
    return f"/v1/users/{user}/ratings/{movie}"


async def test_a_repeated_withdrawal_is_one_event_until_it_is_applied_and_404_after(
    gateway: httpx.AsyncClient, store: RatingStore, kafka_settings: KafkaSettings
) -> None:
    await rated(store, 1, 2)

    answers = [await gateway.delete(path_of(1)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    receipts = [answer.json() for answer in answers]
    assert receipts[0]["event_id"] == receipts[1]["event_id"]
    events = await events_on(kafka_settings, RATINGS)
    assert [(e.user_id, e.movie_id, e.rating) for e in events] == [(USER, (1,), (None,))] * 2
    await applied(store, kafka_settings, since=0)
    again = await gateway.delete(path_of(1))
    assert (again.status_code, again.json()["code"]) == (404, "rating_not_found")
    assert (await store.user(USER)).movie_id.tolist() == [2]
    assert len(await events_on(kafka_settings, RATINGS)) == 2, "a refused request stores nothing"


async def test_the_same_rating_given_again_can_be_withdrawn_again(
    gateway: httpx.AsyncClient, store: RatingStore, kafka_settings: KafkaSettings
) -> None:
    await rated(store, 1)
    first = (await gateway.delete(path_of(1))).json()
    applied_so_far = await applied(store, kafka_settings, since=0)
    await rated(store, 1)

    second = (await gateway.delete(path_of(1))).json()

    await applied(store, kafka_settings, since=applied_so_far)
    assert second["event_id"] != first["event_id"]
    assert (await gateway.get(path_of(1))).status_code == 404


async def test_the_event_id_of_a_withdrawal_stands_for_no_rating(
    gateway: httpx.AsyncClient, store: RatingStore
) -> None:
    await rated(store, 1)
    receipt = (await gateway.delete(path_of(1))).json()

    rating = {"event_id": receipt["event_id"], "user_id": USER, "movie_id": 1, "rating": 4.0}
    answer = await gateway.post("/v1/ratings", json={"ratings": [rating]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "ratings[0].event_id"


REFUSED = [
    (path_of(3), 404, "3"),
    (path_of(999_999), 404, "999999"),
    (path_of(1, user=4_242), 404, "4242"),
    (path_of(1, user=VISITOR_ID), 422, "user_id"),
    (path_of(1, user=0), 422, "user_id"),
    (path_of(-1), 422, "movie_id"),
    (f"/v1/users/{USER}/ratings/x", 422, "movie_id"),
]


async def test_a_withdrawal_of_what_is_not_there_is_refused_and_nothing_is_stored(
    gateway: httpx.AsyncClient, store: RatingStore, kafka_settings: KafkaSettings
) -> None:
    await rated(store, 1)

    for path, status, names in REFUSED:
        answer = await gateway.delete(path)

        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path
        assert names in (answer.json()["errors"][0]["field"] if status == 422 else answer.json()["detail"])
    assert await events_on(kafka_settings, RATINGS) == []


async def test_without_redis_or_ingest_a_withdrawal_is_a_503(tmp_path: Path) -> None:
    child = start_redis(tmp_path / "redis", port=free_port(), log=tmp_path / "redis.log")
    own = RedisSettings(url=f"redis://{child.address}/0")
    try:
        async with in_front_of(own) as gateway, open_space(own) as space:
            await rated(RatingStore(space), 1)

            without_ingest = await gateway.delete(path_of(1))
            child.stop()
            without_redis = await gateway.delete(path_of(1))
    finally:
        child.stop()

    assert (without_ingest.status_code, without_redis.status_code) == (503, 503)
    assert "ingest" in without_ingest.json()["detail"]
    assert "redis" in without_redis.json()["detail"]


@asynccontextmanager
async def open_space(settings: RedisSettings) -> AsyncIterator[KeySpace]:
    async with open_redis(settings, wait_s=10) as redis:
        yield KeySpace(redis, settings.space)


@dataclass(frozen=True)
class Journey:
    """The gateway of a running system, and its stores."""

    gateway: httpx.AsyncClient
    ranking: RankerWiring
    space: KeySpace
    log: EventLog

    async def rate(self, movie: int, stars: float) -> None:
        """Rate, and wait until it counts; the time is always the same."""
        at = datetime.fromtimestamp(NOON_MS / 1_000, UTC).isoformat()
        rating = {"event_id": str(uuid4()), "user_id": USER, "movie_id": movie, "rating": stars, "rated_at": at}
        answer = await self.gateway.post("/v1/ratings", json={"ratings": [rating]})
        assert answer.status_code == 202, answer.text

        async def is_there() -> bool:
            found = await self.gateway.get(path_of(movie))
            return found.status_code == 200 and found.json()["rating"] == stars

        await until(is_there)

    async def withdraw(self, movie: int) -> dict[str, object]:
        """Withdraw, and wait until it counts; returns the receipt."""
        answer = await self.gateway.delete(path_of(movie))
        assert answer.status_code == 202, answer.text

        async def is_gone() -> bool:
            return (await self.gateway.get(path_of(movie))).status_code == 404

        await until(is_gone)
        return dict(answer.json())

    async def ranked(self) -> list[int]:
        wishes = {"user_id": USER, "k": 40, "explain": False}
        answer = (await self.gateway.post("/v1/rank", json=wishes)).json()
        assert answer["meta"]["rung"] in ("personal", "cold"), answer["meta"]
        return [card["movie_id"] for card in answer["items"]]

    async def ranked_anew(self) -> list[int]:
        """What it ranks once it has read the movies' counts, which it does by itself a little later."""
        await self.ranking.online.refresh()
        return await self.ranked()

    async def count(self, movie: int) -> int:
        return int((await self.gateway.get(f"/v1/movies/{movie}")).json()["rating_count"])


@pytest.fixture
async def journey(
    ingest: httpx.AsyncClient,
    kafka_settings: KafkaSettings,
    redis_settings: RedisSettings,
    space: KeySpace,
    tmp_path: Path,
) -> AsyncIterator[Journey]:
    """Everything but the page: the checkerboard world is loaded, and its model is served."""
    await publish_world(kafka_settings, tmp_path / "models")
    log_dir = str(tmp_path / "log")
    features = FeaturesSettings(kafka=kafka_settings, redis=redis_settings, log_dir=log_dir, wait_s=20)
    ranking = RankerSettings(
        kafka=kafka_settings, redis=redis_settings, model_dir=tmp_path / "models", wait_s=20, user_timeout_s=5
    )
    rankers = list[RankerWiring]()

    def noted(wiring: RankerWiring) -> RankerWiring:
        rankers.append(wiring)
        return wiring

    async with (
        features_running(features) as wired,
        running(ranker_app(ranking), rewired=noted) as ranker,
        in_front_of(redis_settings, ingest=ingest, ranker=ranker) as gateway,
    ):
        log = EventLog(log_dir)

        async def is_loaded() -> bool:
            answer = (await gateway.post("/v1/rank", json={"user_id": 1})).json()
            lag = await wired.positions.true_lag()
            return answer["meta"]["rung"] == "personal" and not any(lag.values())

        async def is_copied() -> bool:
            raters = int((log.ratings().movie_id == 1).sum())
            return bool((await gateway.get("/v1/movies/1")).json().get("rating_count") == raters > 0)

        await until(is_loaded, limit_s=60)
        await until(is_copied)  # the gateway reads cards and counts by itself, a little later
        yield Journey(gateway, rankers[0], space, log)


async def test_after_a_withdrawal_all_is_as_if_the_movie_had_never_been_rated(journey: Journey) -> None:
    untouched, counted = await digest(journey.space), await journey.count(1)
    await journey.rate(3, 5.0)
    rated_once = await digest(journey.space)
    before = await journey.ranked_anew()
    await journey.rate(1, 5.0)
    await until(lambda: counts(journey, 1, counted + 1))
    assert 1 not in await journey.ranked()

    receipt = await journey.withdraw(1)

    waited = await journey.gateway.post(
        "/v1/rank", json={"user_id": USER, "k": 40, "explain": False, "after": [receipt]}
    )
    assert waited.json()["meta"]["freshness"]["applied"] is True
    assert 1 in [card["movie_id"] for card in waited.json()["items"]]
    assert await digest(journey.space) == rated_once
    await until(lambda: counts(journey, 1, counted))
    await until(lambda: ranks(journey, before))
    profile = (await journey.gateway.get(f"/v1/users/{USER}")).json()
    assert [rating["movie_id"] for rating in profile["recent_ratings"]] == [3]
    training = journey.log.ratings()
    assert training.movie_id[training.user_id == USER].tolist() == [3]
    await journey.withdraw(3)
    assert await digest(journey.space) == untouched
    assert not (await journey.gateway.get(f"/v1/users/{USER}")).json()["is_known"]
    await journey.rate(3, 1.0)
    await journey.withdraw(3)
    await journey.rate(3, 5.0)
    assert await digest(journey.space) == rated_once


async def counts(journey: Journey, movie: int, count: int) -> bool:
    return await journey.count(movie) == count


async def ranks(journey: Journey, movies: list[int]) -> bool:
    return await journey.ranked() == movies
