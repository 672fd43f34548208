"""Small trainings on the checkerboard world, each done once per test process."""

from functools import cache

from marquee.bundle import BundleParts
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.pipeline import train

ENOUGH, TOO_FEW = 80, 3
"""Users with whom a ranker is trained, and with whom retrieval orders."""

LATER_MS = 2_000_000_000_000


@cache
def a_training(n_users: int) -> BundleParts:
    """Trained on the checkerboard of so many users and 40 movies, with people and keywords."""
    ratings, movies = checkerboard(n_users=n_users), a_catalog(with_people=True)
    return train(ratings, movies, as_of_ms=LATER_MS, config=TrainingConfig(seed=0))
