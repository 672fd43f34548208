"""What is measured beside a training, because it needs trainings of its own."""

from collections.abc import Callable
from typing import Any

from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from marquee_cli.report.following import similar_quality
from marquee_cli.report.unseen import strong_generalisation
from trainer.config import TrainingConfig

Say = Callable[[str], None]


def offline_quality(ratings: Ratings, catalog: MovieTable, *, config: TrainingConfig, say: Say) -> dict[str, Any]:
    """Strong generalisation and similar movies, JSON-ready.

    Raises:
        Misconfigured: there is too little data for one of them.
        CannotTrain: there is nothing to train on.
    """
    return {
        "strong": strong_generalisation(ratings, catalog, config=config, say=say),
        "similar": similar_quality(ratings, catalog, config=config, say=say),
    }
