"""One complete system for all journeys, and a real browser."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from support.chromium import launched_chromium
from support.real_data import real_data
from support.system import System, embedded_system, given_system

PATIENCE_MS = 20_000
"""For what is to be seen on a page: on a busy machine five seconds, the usual limit, are not always enough."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting a whole system takes minutes, on one test's account."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The given system, or an embedded one on the real data.

    It is filled with synthetic data where that is not there, or where E2E_SYNTHETIC says that all this has run
    on the real data elsewhere.
    """
    if given := given_system():
        yield given
        return
    home, data = tmp_path_factory.mktemp("home"), real_data()
    directory, snapshot = data / "ml-latest-small", data / "tmdb" / "movies.csv"
    if os.environ.get("E2E_SYNTHETIC") or not (directory / "ratings.csv").exists():
        with embedded_system(home, _synthetic(tmp_path_factory.mktemp("synth")), None) as running:
            yield running
        return
    with embedded_system(home, directory, snapshot if snapshot.exists() else None) as running:
        yield running


def _synthetic(directory: Path) -> Path:
    """The folder, with ratings and movies in it."""
    sizes = ["--users", "300", "--movies", "1500", "--ratings", "40000", "--seed", "7"]
    command = [sys.executable, "-m", "marquee_cli.main", "synth", *sizes, "--out", str(directory)]
    subprocess.run(command, check=True, capture_output=True)
    return directory


@pytest.fixture(scope="session")
def api(system: System) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.gateway, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for the tests of a file, none of which is asynchronous: while Playwright is open its event loop runs.

    Every visitor has a context of their own, and so cookies, storage and caches of their own.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with launched_chromium() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, system: System) -> Iterator[Page]:
    """A fresh visitor."""
    context = browser.new_context(base_url=system.frontend, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    yield page
    context.close()
