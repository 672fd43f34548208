"""The machine's own Chromium, driven by Playwright."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from marquee_cli.chromium import FLAGS, find_chromium


@contextmanager
def launched_chromium() -> Iterator[Browser]:
    """A browser until the end of the block. Without one tests are skipped, and fail on the CI machine."""
    found = find_chromium()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on the CI machine: `make setup-test` installs one")
        pytest.skip("no Chromium or Chrome on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=list(FLAGS))
        yield browser
        browser.close()
