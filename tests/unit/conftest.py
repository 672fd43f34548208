"""One small training for all unit tests that need a trained bundle: a training takes two seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from marquee.bundle import BundleParts


@pytest.fixture(scope="session")
def trained() -> BundleParts:
    """Trained on a checkerboard of 80 users and 40 movies."""
    from support.trainings import ENOUGH, a_training

    return a_training(ENOUGH)


@pytest.fixture(scope="session")
def modelless() -> BundleParts:
    """What 3 users give: too few for a model, so that retrieval orders."""
    from support.trainings import TOO_FEW, a_training

    return a_training(TOO_FEW)
