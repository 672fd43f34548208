"""Fixtures: a real broker and a real Valkey for the whole run, and a name space of its own for each test."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
import structlog
from aiokafka.admin import AIOKafkaAdminClient
from hypothesis import settings
from redis.asyncio import Redis
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from marquee.settings import KafkaSettings, RedisSettings
from marquee.stores.key_space import KeySpace, client_of
from support.real_data import real_data

# Speed belongs in `make bench`: an example that takes long on a busy machine is no failure.
settings.register_profile("marquee", deadline=None)
settings.load_profile("marquee")

# Where nothing else is said: a traceback in boxes takes .1 s to draw, and hundreds are logged that no one reads.
_PLAIN = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
structlog.configure([*structlog.get_config()["processors"][:-1], _PLAIN])

# What imports create stays: looking through it for garbage would take a tenth of the time of the unit tests.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


WHOLE = ("tests/chaos/", "tests/e2e/")
"""Folders of whole systems, in the order in which one process runs them: no two systems run at once."""

APART = "tests/truth/"
"""One process trains for it and runs all of it."""

ORDER = (*WHOLE, APART, "tests/integration/")
"""What takes longest begins: what takes least is left to fill the end of whichever process is free."""


def _scope(test: str) -> str:
    """Tests of one scope run in one process."""
    if test.startswith(WHOLE):
        return "whole"
    return APART if test.startswith(APART) else test.split("::", 1)[0]


def _turn(test: str) -> int:
    return next((turn for turn, folder in enumerate(ORDER) if test.startswith(folder)), len(ORDER))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several processes run the tests, the longest begin first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: _turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """`--dist loadfile`: a file, or a scope of more than one, goes to one process."""
    if config.getvalue("dist") != "loadfile":
        return None
    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _scope
    return scheduler


@pytest.fixture(scope="session")
def kafka_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker: MARQUEE_TEST_KAFKA, or an embedded one for this run."""
    if given := os.environ.get("MARQUEE_TEST_KAFKA"):
        yield given
        return
    from marquee_cli.embedded import free_port, start_kafka

    home = tmp_path_factory.mktemp("kafka")
    child = start_kafka(home / "data", port=free_port(), log=home / "kafka.log")
    yield child.address
    child.stop()


@pytest.fixture(scope="session")
def redis_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis: MARQUEE_TEST_REDIS, or an embedded Valkey for this run."""
    if given := os.environ.get("MARQUEE_TEST_REDIS"):
        yield given
        return
    from marquee_cli.embedded import free_port, start_redis

    home = tmp_path_factory.mktemp("redis")
    child = start_redis(home / "data", port=free_port(), log=home / "redis.log")
    yield f"redis://{child.address}/0"
    child.stop()


@pytest.fixture
def namespace() -> str:
    """A prefix that no other test has."""
    return f"t{uuid4().hex[:10]}"


SPENT = 20
"""Tests after whose end their topics are deleted, all at once."""


@pytest.fixture(scope="session")
def spent() -> list[str]:
    """The prefixes of topics that no test needs any more."""
    return []


@pytest.fixture
def kafka_settings(kafka_address: str, namespace: str, spent: list[str]) -> Iterator[KafkaSettings]:
    is_embedded = not os.environ.get("MARQUEE_TEST_KAFKA")
    settings = KafkaSettings(bootstrap=kafka_address, topic_prefix=f"{namespace}.", idle_pause=is_embedded)
    yield settings
    spent.append(settings.topic_prefix)
    if len(spent) >= SPENT:
        with ThreadPoolExecutor(1) as beside_the_tests_own_loop:
            beside_the_tests_own_loop.submit(asyncio.run, _delete_topics(kafka_address, tuple(spent))).result()
        spent.clear()


async def _delete_topics(address: str, prefixes: tuple[str, ...]) -> None:
    """With the 3,000 topics of 300 tests the embedded broker takes seconds to create ten more."""
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.delete_topics([name for name in await admin.list_topics() if name.startswith(prefixes)])
    finally:
        await admin.close()


@pytest.fixture
def redis_settings(redis_address: str, namespace: str) -> RedisSettings:
    return RedisSettings(url=redis_address, space=namespace)


@pytest.fixture
async def redis(redis_settings: RedisSettings) -> AsyncIterator["Redis[bytes]"]:
    client = client_of(redis_settings)
    yield client
    await client.aclose()


@pytest.fixture
def space(redis: "Redis[bytes]", redis_settings: RedisSettings) -> KeySpace:
    """The test's own keys."""
    return KeySpace(redis, redis_settings.space)


@pytest.fixture
def data_dir() -> Path:
    """The real MovieLens and TMDB data; tests that need them are skipped without them."""
    found = real_data()
    if not (found / "ml-latest-small" / "ratings.csv").exists():
        pytest.skip(f"no MovieLens data at {found}; set MARQUEE_TEST_DATA")
    return found
