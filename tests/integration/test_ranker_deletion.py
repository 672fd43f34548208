"""The deletion test: a rating that a reason cites lowers the movie's score once it is removed, recomputed in full."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from marquee.bundle import load_bundle
from marquee.contracts.events import MovieListed
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from marquee_cli.synth_world import make_world, rate
from ranker.online import KnownUser
from ranker.scoring import RankerModel
from ranker.serving import Serving
from support.deletion import cited_in, score_without
from support.serving import answer_for
from support.worlds import state_of
from trainer.config import TrainingConfig
from trainer.pipeline import train

pytestmark = pytest.mark.integration

USERS = range(1, 21)


def test_removing_a_cited_rating_lowers_the_score_recomputed_in_full(tmp_path: Path) -> None:
    """Nine times of ten, on a synthetic world; what verifying holds fixed may give back the rest."""
    ratings, movies = a_synthetic_world()
    parts = train(ratings, movies, as_of_ms=int(ratings.rated_at.max()), config=TrainingConfig(seed=0))
    path = parts.write(tmp_path, version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    served = Serving.of(RankerModel.of(load_bundle(path)), ItemStats.of(ratings))
    falls = []
    for user_id in USERS:
        user = state_of(ratings, user_id)
        cited = cited_in(answer_for(served, KnownUser(user), {"k": 10}))[::2]
        falls += [score_without(served, user, each) < each.score for each in cited]

    assert len(falls) >= 50
    assert np.mean(falls) >= 0.9, f"{np.mean(falls):.1%} of {len(falls)} citations"


def a_synthetic_world() -> tuple[Ratings, MovieTable]:
    """150 users who rate 300 movies by a known taste."""
    rng = np.random.default_rng(1)
    world = make_world(rng, users=150, movies=300)
    rated = rate(rng, world, 8_000)
    listed = (
        MovieListed(movie_id=at + 1, title=f"Movie {at}", year=int(year), genres=(f"Genre {at % 7}",))
        for at, year in enumerate(world.year)
    )
    stars = (rated.half_stars / 2).astype(np.float32)
    return Ratings(rated.user + 1, rated.movie + 1, stars, rated.at_s * 1_000), MovieTable.build(listed)
