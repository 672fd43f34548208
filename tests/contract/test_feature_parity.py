"""Train equals serve: the offline path (Parquet log) and the online path (Redis) give the ranker equal arrays."""

from pathlib import Path

import numpy as np
import pytest

from marquee.arrays import Float32Array
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS
from marquee.features.describe import described
from marquee.features.movie_features import MovieFeatures
from marquee.features.vector import NAMES
from marquee.retrieval.fitted import FittedRetrieval, fit_retrieval
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, UserState
from marquee.stores.event_log import EventLog
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.views import StatsView
from support.builders import NOON_MS, a_movie, a_rating, a_withdrawal, in_batches

pytestmark = pytest.mark.integration

USERS, MOVIES, ROWS = 60, 80, 2_500
GENRES = ("Action", "Comedy", "Drama", "Horror")


def a_world(seed: int) -> tuple[MovieTable, list[MoviesRated]]:
    """Movies of four genres, ratings over ten years: some changed or withdrawn later, some sent twice."""
    rng = np.random.default_rng(seed)
    catalog = MovieTable.build(
        a_movie(movie_id=m, title=f"Number {m}", year=1950 + m % 60, genres=(GENRES[m % 4], GENRES[m % 3]))
        for m in range(1, MOVIES + 1)
    )
    events = [
        a_rating(
            user_id=int(user),
            movie_id=int(movie),
            rating=float(half_stars) / 2,
            rated_at_ms=NOON_MS - int(age_days) * 86_400_000,
        )
        for user, movie, half_stars, age_days in zip(
            rng.integers(1, USERS + 1, ROWS),
            rng.zipf(1.3, ROWS) % MOVIES + 1,
            rng.integers(1, 11, ROWS),
            rng.integers(0, 3_650, ROWS),
            strict=True,
        )
    ]
    taken_back = [a_withdrawal(user_id=e.user_id, movie_id=e.movie_id[0]) for e in events[:ROWS:5]]
    given_again = [a_rating(user_id=e.user_id, movie_id=e.movie_id[0]) for e in taken_back[::4]]
    return catalog, events + taken_back + events[:200] + given_again + taken_back[:100]


def vectors(retrieval: FittedRetrieval, movies: MovieFeatures, user: UserState) -> Float32Array:
    """The matrix that the trainer learns from and the ranker scores."""
    known = described(retrieval, movies, user)
    assert known is not None
    return known.x


async def test_one_log_gives_equal_states_and_features_offline_and_online(space: KeySpace, tmp_path: Path) -> None:
    catalog, events = a_world(seed=3)
    store, log = RatingStore(space), EventLog(str(tmp_path / "log"))
    for batch in in_batches(RATINGS, events, size=37):
        await store.apply(batch)
        log.append(batch)
    offline = log.ratings()
    view = StatsView(space)
    await view.refresh()

    trained, served = ItemStats.of(offline), view.stats()

    for column in ("movie_id", "week", "n", "half_stars", "positives"):
        np.testing.assert_array_equal(getattr(trained, column), getattr(served, column), err_msg=column)
    retrieval = fit_retrieval(offline, catalog)
    movies_offline, movies_online = (MovieFeatures.of(stats, catalog) for stats in (trained, served))
    for column in ("week", "end_days", "calendar_ms"):
        offline_clock, online_clock = (getattr(movies.state.time, column) for movies in (movies_offline, movies_online))
        np.testing.assert_array_equal(offline_clock, online_clock, err_msg=column)
    for user_id in np.unique(offline.user_id).tolist():
        user = of_user(offline, user_id)
        stored = await store.user(user_id)
        for column in ("movie_id", "rating", "rated_at"):
            np.testing.assert_array_equal(getattr(user, column), getattr(stored, column), err_msg=column)
        theirs, ours = vectors(retrieval, movies_offline, user), vectors(retrieval, movies_online, stored)
        assert theirs.dtype == ours.dtype == np.float32
        assert theirs.shape[1] == len(NAMES)
        assert len(theirs)
        np.testing.assert_array_equal(theirs, ours)


def of_user(ratings: Ratings, user_id: int) -> UserState:
    own = ratings.take(ratings.user_id == user_id)
    return UserState.of(own.movie_id, own.rating, own.rated_at)
