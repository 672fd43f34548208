"""Fixtures that several integration tests share."""

import asyncio
import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from marquee.settings import KafkaSettings, RedisSettings
from support.small_system import SmallSystem, in_use, publish_world, services
from support.tmdb_server import FIGHT_CLUB, TmdbServer, json_reply, running_tmdb


@pytest.fixture
def tmdb() -> Iterator[TmdbServer]:
    """A TMDB that knows movie 550."""
    with running_tmdb() as server:
        server.movies[550] = json_reply(FIGHT_CLUB)
        yield server


@pytest.fixture(scope="module")
def small_system(
    request: pytest.FixtureRequest, kafka_address: str, redis_address: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SmallSystem]:
    """Ingest, features, ranker and gateway as processes, for one module's tests of the API; the module's ALSO too.

    Not for all of them: requests made at random dismiss movies, take ratings back and use up event ids.
    """
    name, home = f"t{uuid4().hex[:10]}", tmp_path_factory.mktemp("small_system")
    is_embedded = not os.environ.get("MARQUEE_TEST_KAFKA")
    kafka = KafkaSettings(bootstrap=kafka_address, topic_prefix=f"{name}.", idle_pause=is_embedded)
    asyncio.run(publish_world(kafka, home / "models"))
    with services(
        kafka, RedisSettings(url=redis_address, space=name), home, getattr(request.module, "ALSO", ())
    ) as running:
        asyncio.run(in_use(running))
        yield running
