"""The real data read twice: by the product, and by the oracle, which shares no code with it."""

import asyncio
from pathlib import Path

import pytest

from support.real_data import real_data
from support.real_training import RealTraining, real_training
from support.real_world import RealWorld, real_world
from truth.oracle import Oracle


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Training on the real data takes minutes on a busy machine, on one test's account."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder with the real data; without it these tests are skipped."""
    found = real_data()
    wanted = (found / "ml-latest-small" / "ratings.csv", found / "tmdb" / "movies.csv")
    if missing := [str(path) for path in wanted if not path.exists()]:
        pytest.skip(f"no real data: {', '.join(missing)} is missing; set MARQUEE_TEST_DATA")
    return found


@pytest.fixture(scope="session")
def training(data: Path, request: pytest.FixtureRequest) -> RealTraining:
    return real_training(data, request.config.cache.mkdir("real_training"))


@pytest.fixture(scope="session")
def world(training: RealTraining, redis_address: str) -> RealWorld:
    return asyncio.run(real_world(training, redis_address))


@pytest.fixture(scope="session")
def oracle(data: Path) -> Oracle:
    return Oracle.read(data)
