"""One small training for all unit tests that need a trained bundle: a training takes two seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.worlds import a_catalog, checkerboard

if TYPE_CHECKING:
    from marquee.bundle import BundleParts

LATER_MS = 2_000_000_000_000


def a_training(n_users: int) -> BundleParts:
    from trainer.config import TrainingConfig
    from trainer.pipeline import train

    return train(
        checkerboard(n_users=n_users), a_catalog(with_people=True), as_of_ms=LATER_MS, config=TrainingConfig(seed=0)
    )


@pytest.fixture(scope="session")
def trained() -> BundleParts:
    """Trained on a checkerboard of 80 users and 40 movies."""
    return a_training(80)


@pytest.fixture(scope="session")
def modelless() -> BundleParts:
    """What 3 users give: too few for a model, so that retrieval orders."""
    return a_training(3)
