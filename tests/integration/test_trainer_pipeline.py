"""What a training depends on: the seed and the ratings before its time, and nothing else."""

import pytest

from marquee.bundle import BundleParts
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig
from trainer.pipeline import train

pytestmark = pytest.mark.integration

LATER_MS = 2_000_000_000_000


def a_training(seed: int = 0) -> BundleParts:
    ratings = checkerboard(n_users=80)
    return train(ratings, a_catalog(), as_of_ms=LATER_MS, config=TrainingConfig(seed=seed))


@pytest.fixture(scope="module")
def trained() -> BundleParts:
    return a_training()


def test_the_same_seed_gives_the_same_model_and_report(trained: BundleParts) -> None:
    again = a_training()

    assert again.onnx == trained.onnx
    assert again.report == trained.report


def test_ratings_after_the_time_of_training_change_nothing(trained: BundleParts) -> None:
    ratings = checkerboard(n_users=80)
    strange = Ratings(ratings.user_id, ratings.movie_id, 5.5 - ratings.rating, ratings.rated_at + LATER_MS)

    with_later = train(Ratings.concat(ratings, strange), a_catalog(), as_of_ms=LATER_MS, config=TrainingConfig(seed=0))

    assert with_later.onnx == trained.onnx
