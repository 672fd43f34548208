"""On a cluster of three nodes everything is as on one Redis."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from marquee.contracts.topics import CATALOG, METADATA, PARTITIONS, RATINGS, Topic
from marquee.errors import Misconfigured, Transient
from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.arrivals import Announcer, listen
from marquee.stores.key_space import KeySpace, client_of, open_redis
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.views import digest
from support.builders import in_batches
from support.redis_cluster import redis_cluster
from support.small_system import SmallSystem, in_use, publish_world, services, world_events
from support.wait import until

pytestmark = pytest.mark.integration


@pytest.fixture
async def cluster(tmp_path: Path) -> AsyncIterator[RedisSettings]:
    async with redis_cluster(tmp_path / "cluster") as cluster:
        yield RedisSettings(url=cluster.url)


async def test_the_whole_system_works_on_a_cluster(
    kafka_settings: KafkaSettings, cluster: RedisSettings, space: KeySpace, tmp_path: Path
) -> None:
    await publish_world(kafka_settings, tmp_path / "models")
    with services(kafka_settings, cluster, tmp_path) as system:
        await in_use(system)
        await _holds_what_one_redis_holds(cluster, space)
        await _answers_to_what_a_user_does(system)


async def _holds_what_one_redis_holds(cluster: RedisSettings, one: KeySpace) -> None:
    stores: dict[Topic[Any], Any] = {topic: MovieStore(one, topic) for topic in (CATALOG, METADATA)}
    stores[RATINGS] = RatingStore(one)
    for topic, events in world_events().items():
        for batch in in_batches(topic, events):
            await stores[topic].apply(batch)
    expected = await digest(one)
    async with open_redis(cluster, wait_s=20) as redis:
        own = KeySpace(redis, cluster.space)

        async def is_the_same() -> bool:
            return await digest(own) == expected

        await until(is_the_same)
        slots = {await redis.cluster_keyslot(own.keys(RATINGS.name, shard).meta) for shard in range(PARTITIONS)}
        assert len(slots) == PARTITIONS, "shards are spread over the slots"


async def _answers_to_what_a_user_does(system: SmallSystem) -> None:
    async with system.client() as client:
        first = (await client.post("/v1/rank", json={"user_id": 1, "k": 5})).json()
        rated, dismissed = (card["movie_id"] for card in first["items"][:2])
        ratings = {"ratings": [{"event_id": str(uuid4()), "user_id": 1, "movie_id": rated, "rating": 5.0}]}
        events = {"events": [{"event_id": str(uuid4()), "user_id": 1, "movie_id": dismissed, "kind": "dismiss"}]}
        of_rating = await client.post("/v1/ratings", json=ratings)
        of_event = await client.post("/v1/events", json=events)
        after = [*of_rating.json()["receipts"], *of_event.json()["receipts"]]

        async def both_count() -> bool:
            answer = (await client.post("/v1/rank", json={"user_id": 1, "k": 25, "after": after})).json()
            shown = {card["movie_id"] for card in answer["items"]}
            return bool(answer["meta"]["rung"] == "personal" and not shown & {rated, dismissed})

        await until(both_count)
        page = await client.get(f"/v1/rankings/{first['ranking_id']}", params={"page_token": first["next_page_token"]})
        assert page.status_code == 200
        assert not {card["movie_id"] for card in page.json()["items"]} & {card["movie_id"] for card in first["items"]}


async def test_a_node_that_is_away_is_redis_unavailable(tmp_path: Path) -> None:
    async with (
        redis_cluster(tmp_path / "cluster") as cluster,
        open_redis(RedisSettings(url=cluster.url, timeout_s=0.5), wait_s=20) as redis,
    ):
        store = RatingStore(KeySpace(redis, "a"))
        assert await store.counts() == (0, 0)
        cluster.nodes[1].kill()

        with pytest.raises(Transient, match="redis"):
            await store.counts()


async def test_a_cluster_that_cannot_be_reached_is_said_in_one_line() -> None:
    nowhere = RedisSettings(url="redis+cluster://127.0.0.1:1/0", timeout_s=0.5)

    with pytest.raises(Misconfigured, match=r"could not reach redis at 127\.0\.0\.1:1/0: tried for"):
        async with open_redis(nowhere, wait_s=1):
            pass

    client = client_of(nowhere, socket_connect_timeout=0.5)
    with pytest.raises(Transient, match="redis"):
        await RatingStore(KeySpace(client, "a")).counts()
    await client.aclose()


async def test_word_of_records_goes_on_without_a_cluster() -> None:
    space = KeySpace(client_of(RedisSettings(url="redis+cluster://127.0.0.1:1/0"), socket_connect_timeout=0.5), "a")
    announcer, listening = Announcer(space), asyncio.create_task(listen(space, lambda: None))

    announcer.announce()
    done, _ = await asyncio.wait([listening], timeout=1.5)

    assert not done
    await announcer.aclose()
    listening.cancel()
    await space.redis.aclose()
