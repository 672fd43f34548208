"""A trained model and the state in which it ranks: what backtest and rolls share."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import numpy as np

from marquee.bundle import load_bundle
from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, UserState, latest_per_movie
from ranker.ranking import Ranked, rank_user
from ranker.scoring import RankerModel
from ranker.similar_order import rank_similar
from trainer.config import TrainingConfig
from trainer.executor import HERE, Executor
from trainer.pipeline import train

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TrainedRun:
    """A model, trained by the trainer's code and opened by the ranker's.

    Attributes:
        movies: state and features of the movies, from the training's ratings, at the logical time of the last of them.
            A user's newer history (`knowing`) changes neither these nor the clock; its age is 0.
        known: the newest rating per user and movie, by user.
    """

    model: RankerModel
    movies: MovieFeatures
    known: Ratings
    report: dict[str, Any]

    @classmethod
    def trained(
        cls,
        ratings: Ratings,
        catalog: MovieTable,
        *,
        config: TrainingConfig,
        progress: Progress,
        executor: Executor = HERE,
    ) -> Self:
        """Train, write the bundle, and read it back as the ranker does."""
        newest_ms = int(ratings.rated_at.max()) if len(ratings) else 0
        parts = train(
            ratings,
            catalog,
            as_of_ms=newest_ms,
            config=config,
            progress=progress,
            executor=executor.fitting(len(ratings)),
        )
        with tempfile.TemporaryDirectory() as folder:
            path = parts.write(Path(folder), version="backtest", created_at=datetime.fromtimestamp(0, UTC))
            model = RankerModel.of(load_bundle(path))
        movies = MovieFeatures.of(ItemStats.of(latest_per_movie(ratings)), model.bundle.catalog)
        return cls(model, movies, latest_per_movie(ratings), dict(parts.report))

    def knowing(self, history: Ratings) -> Self:
        """The same model, with these ratings known too when it ranks."""
        return replace(self, known=latest_per_movie(Ratings.concat(self.known, history)))

    def state(self, user_id: int) -> UserState:
        """The known ratings of a user; empty for a user without any."""
        start, end = np.searchsorted(self.known.user_id, [user_id, user_id + 1])
        mine = self.known.take(slice(int(start), int(end)))
        return UserState.of(mine.movie_id, mine.rating, mine.rated_at)

    def rank(self, user_id: int, k: int) -> Ranked:
        """The first k for a user."""
        return rank_user(self.model, self.movies, self.state(user_id), k=k)

    def similar(self, movie_id: int, k: int) -> Ranked:
        """The k movies most similar to one."""
        return rank_similar(self.model, self.movies, movie_id, k=k)
