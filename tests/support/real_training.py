"""A model of ml-latest-small with TMDB's metadata: trained once, then loaded by every test that wants the real data."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path

from ingest.layouts import csv_layout
from ingest.reading import read_data_set
from ingest.rejects import Rejects
from marquee.bundle import load_bundle
from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.readers.tmdb_file import TmdbFile
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from ranker.scoring import RankerModel
from ranker.serving import Serving
from trainer.config import TrainingConfig
from trainer.pipeline import train
from trainer.settings import TrainerSettings

CHECKOUT = Path(__file__).parents[2]
LEARNS = ("libs/marquee/src", "services/trainer/src")
"""The code on which a trained model depends."""


@dataclass(frozen=True)
class RealTraining:
    """What was read, and a ranker's model of it with the statistics of the same ratings."""

    ratings: Ratings
    listed: tuple[MovieListed, ...]
    enriched: tuple[MovieEnriched, ...]
    serving: Serving


@cache
def real_training(data: Path, bundles: Path) -> RealTraining:
    """Train, which takes a minute or two, or load what the same code has trained on the same data before.

    Args:
        data: the folder of `support.real_data`. bundles: where trained models are kept between runs.
    """
    names = ("ratings.csv", "movies.csv", "links.csv")
    ratings, movies, links = (data / "ml-latest-small" / name for name in names)
    read = read_data_set(csv_layout(ratings, movies, links), Rejects(None), now_s=int(time.time()))
    snapshot = TmdbFile.read(data / "tmdb" / "movies.csv")
    enriched = tuple(snapshot.answer(movie) for movie in read.movies)
    rated = read.ratings.in_order_read()
    path = bundles / _digest([ratings, movies, links, data / "tmdb" / "movies.csv"])
    if not path.exists():
        _train(rated, MovieTable.build(read.movies, enriched), path)
    serving = Serving.of(RankerModel.of(load_bundle(path)), ItemStats.of(rated))
    return RealTraining(rated, tuple(read.movies), enriched, serving)


def _train(ratings: Ratings, movies: MovieTable, path: Path) -> None:
    """With the seed of `make demo`, so that what the tests say of the model holds of the one that people see."""
    as_of_ms, seed = int(ratings.rated_at.max()), TrainerSettings.model_fields["train_seed"].default
    parts = train(ratings, movies, as_of_ms=as_of_ms, config=TrainingConfig(seed=seed))
    parts.write(path.parent, version=path.name, created_at=datetime.fromtimestamp(as_of_ms / 1_000, UTC))


def _digest(data: list[Path]) -> str:
    """Of the code that learns, the libraries it uses and the data."""
    code = sorted(path for folder in LEARNS for path in (CHECKOUT / folder).rglob("*.py"))
    found = blake2b(digest_size=8)
    for path in [*code, CHECKOUT / "requirements.lock", *data]:
        found.update(path.read_bytes())
    return found.hexdigest()
