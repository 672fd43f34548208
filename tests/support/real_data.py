"""Where the real data are: MARQUEE_TEST_DATA, or `shared/data` beside the checkout (CONTRIBUTING.md)."""

import os
from pathlib import Path

BESIDE_THE_CHECKOUT = Path(__file__).parents[3] / "shared" / "data"


def real_data() -> Path:
    """A folder with ml-latest-small/ratings.csv and tmdb/movies.csv, if this machine has them at all."""
    return Path(os.environ.get("MARQUEE_TEST_DATA") or BESIDE_THE_CHECKOUT)
