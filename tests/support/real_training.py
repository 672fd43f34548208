"""A model of ml-latest-small with TMDB's metadata: trained once, then loaded by every test that wants the real data."""

import os
import subprocess
import sys
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


@dataclass(frozen=True)
class RealData:
    """The data set and the metadata of its movies, as the product reads them."""

    ratings: Ratings
    listed: tuple[MovieListed, ...]
    enriched: tuple[MovieEnriched, ...]

    @classmethod
    def read(cls, data: Path) -> "RealData":
        ratings, movies, links, metadata = _files(data)
        read = read_data_set(csv_layout(ratings, movies, links), Rejects(None), now_s=int(time.time()))
        snapshot = TmdbFile.read(metadata)
        enriched = tuple(snapshot.answer(movie) for movie in read.movies)
        return cls(read.ratings.in_order_read(), tuple(read.movies), enriched)


@cache
def real_training(data: Path, bundles: Path) -> RealTraining:
    """Train, which takes a minute or two, or load what the same code has trained on the same data before.

    Args:
        data: the folder of `support.real_data`. bundles: where trained models are kept between runs.
    """
    path = bundles / _digest(_files(data))
    if not path.exists():
        _train_beside(data, path)
    read = RealData.read(data)
    serving = Serving.of(RankerModel.of(load_bundle(path)), ItemStats.of(read.ratings))
    return RealTraining(read.ratings, read.listed, read.enriched, serving)


def _train_beside(data: Path, path: Path) -> None:
    """In a process of its own, as the trainer does."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT / "tests")}
    subprocess.run([sys.executable, "-m", "support.real_training", str(data), str(path)], env=env, check=True)


def _train(data: Path, path: Path) -> None:
    """With the seed of `make demo`, so that what the tests say of the model holds of the one that people see."""
    read, seed = RealData.read(data), TrainerSettings.model_fields["train_seed"].default
    as_of_ms = int(read.ratings.rated_at.max())
    movies = MovieTable.build(read.listed, read.enriched)
    parts = train(read.ratings, movies, as_of_ms=as_of_ms, config=TrainingConfig(seed=seed))
    parts.write(path.parent, version=path.name, created_at=datetime.fromtimestamp(as_of_ms / 1_000, UTC))


def _files(data: Path) -> list[Path]:
    """Ratings, movies, links and metadata."""
    names = ("ratings.csv", "movies.csv", "links.csv")
    return [*(data / "ml-latest-small" / name for name in names), data / "tmdb" / "movies.csv"]


def _digest(data: list[Path]) -> str:
    """Of the code that learns, the libraries it uses and the data."""
    code = sorted(path for folder in LEARNS for path in (CHECKOUT / folder).rglob("*.py"))
    found = blake2b(digest_size=8)
    for path in [*code, CHECKOUT / "requirements.lock", *data]:
        found.update(path.read_bytes())
    return found.hexdigest()


if __name__ == "__main__":
    _train(Path(sys.argv[1]), Path(sys.argv[2]))
