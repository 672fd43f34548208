"""A ranker with a model of similar movies, of a small world in which everybody is still there in the newest window."""

import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from marquee.bundle import BundleParts, load_bundle
from marquee.state.item_stats import ItemStats
from ranker.scoring import RankerModel
from ranker.serving import Serving
from support.broken_models import CONFIG, N_MOVIES, returning_users
from support.trainings import LATER_MS
from support.worlds import a_catalog
from trainer.pipeline import train

FITS = [
    *(f"retrieval.{model}.fading=0" for model in ("ease", "ease_all", "item_knn", "rp3beta")),
    *(f"retrieval.{model}.reg=400" for model in ("ease", "ease_all")),
]
LENIENT = CONFIG.with_settings(["similar.margin=1", "similar.trees=20", "similar.leaf_rows=10", *FITS])
"""Lets every model of similar movies serve: the world is too small to show that it is any better.

With the usual fits three of five seeds put up to four movies of the other colour among the first ten of a movie that
nobody rated; with these two of five put one.
"""


@cache
def trained_parts() -> BundleParts:
    """Of 100 users and 60 movies of two colours, with people and keywords."""
    return train(returning_users(), a_catalog(N_MOVIES, with_people=True), as_of_ms=LATER_MS, config=LENIENT)


@cache
def with_similar_model() -> Serving:
    """The same, written and read back."""
    with tempfile.TemporaryDirectory() as folder:
        path = trained_parts().write(Path(folder), version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC))
        return Serving.of(RankerModel.of(load_bundle(path)), ItemStats.of(returning_users()))
