"""The machine's own Chromium, driven by Playwright."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

from marquee_cli.chromium import FLAGS, find_chromium

NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
"""Nothing outside this machine is asked for: a page waits for its posters, and a lookup may take seconds to fail."""


@contextmanager
def launched_chromium() -> Iterator[Browser]:
    """A browser until the end of the block. Without one tests are skipped, and fail on the CI machine."""
    found = find_chromium()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium on the CI machine: `make setup-test` installs one")
        pytest.skip("no Chromium or Chrome on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(found), args=[*FLAGS, NO_NAMES])
        yield browser
        browser.close()
