"""The machine's own Chromium, for the browser tests. Standard library only."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = (
    "--no-sandbox",  # containers and CI run as root
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> Path | None:
    """MARQUEE_CHROMIUM, or the first known browser on the PATH."""
    if given := os.environ.get("MARQUEE_CHROMIUM"):
        return Path(given)
    return next((Path(found) for name in NAMES if (found := shutil.which(name))), None)
