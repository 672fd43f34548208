"""Feature maths: what may not change a value, what must, and what an unknown looks like."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marquee.arrays import Float32Array
from marquee.features import trending
from marquee.features.context import RankContext
from marquee.features.vector import NAMES, SPECS, features
from marquee.retrieval.candidates import choose, retrieve
from marquee.retrieval.fitted import FittedRetrieval, fit_retrieval
from marquee.retrieval.history import History
from marquee.state.item_stats import ItemStats
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, UserState
from support.worlds import START_MS, a_block, a_catalog, a_user, checkerboard

World = tuple[FittedRetrieval, MovieState, MovieTable]


@pytest.fixture(scope="module")
def world() -> World:
    catalog, ratings = a_catalog(with_people=True), checkerboard()
    return fit_retrieval(ratings, catalog), a_block(ratings, catalog), catalog


def matrix(world: World, user: UserState) -> tuple[Float32Array, list[int]]:
    """Features of all unrated movies, and their ids."""
    snapshot, block, catalog = world
    history = History.of(user, catalog)
    retrieved = retrieve(snapshot, block, history)
    chosen = choose(retrieved, block, history.row, at_least=len(catalog))
    x = features(RankContext(snapshot, block, history, retrieved, chosen))
    return x, catalog.movie_id[chosen.row].tolist()


def test_given_the_families_when_listed_then_every_name_stands_once() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_given_a_user_when_described_then_columns_are_float32_and_named(world: World) -> None:
    x, movies = matrix(world, a_user((1, 5.0), (2, 1.0)))

    assert x.shape == (38, len(SPECS))
    assert x.dtype == np.float32
    assert not set(movies) & {1, 2}
    assert not np.isinf(x).any()


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(st.integers(1, 40), st.sampled_from([0.5, 2.0, 3.0, 4.0, 5.0]), min_size=2, max_size=15), st.data()
)
def test_given_any_history_when_a_rating_is_taken_out_then_no_collaborative_score_rises_by_more_than_fading(
    world: World, rated: dict[int, float], data: st.DataObject
) -> None:
    user = a_user(*rated.items())
    gone = data.draw(st.sampled_from(sorted(rated)))
    column = [NAMES.index(name) for name in ("item_knn_liked", "rp3beta_liked")]

    x, movies = matrix(world, user)
    less, fewer = matrix(world, user.without(gone))

    kept = [fewer.index(movie) for movie in movies]
    assert (less[kept][:, column] <= x[:, column] + 1e-6).all()


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(960)))
def test_given_ratings_in_any_order_when_counted_then_the_block_is_the_same(order: list[int]) -> None:
    ratings, catalog = checkerboard(), a_catalog()

    one, other = a_block(ratings, catalog), a_block(ratings.take(np.array(order, np.int64)), catalog)

    for name in ("popular", "trending", "well_rated", "decayed", "prior"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)


def test_given_ratings_of_the_newest_week_when_aged_then_their_age_is_zero() -> None:
    ratings, catalog = checkerboard(), a_catalog()
    at_once = Ratings(ratings.user_id, ratings.movie_id, ratings.rating, np.full_like(ratings.rated_at, START_MS))

    block = MovieState.of(ItemStats.of(at_once), catalog)

    np.testing.assert_allclose(block.decayed, _likes(ratings))


def _likes(ratings: Ratings) -> Float32Array:
    return np.bincount(ratings.movie_id[ratings.rating >= 4] - 1, minlength=40).astype(np.float32)


def test_given_a_live_rating_after_now_when_described_then_idle_days_are_zero(world: World) -> None:
    x, _ = matrix(world, a_user((1, 5.0), at_ms=START_MS + 3_000 * 86_400_000))

    assert (x[:, NAMES.index("user_idle_days")] == 0).all()


def test_given_a_movie_nobody_rated_when_described_then_its_ages_are_unknown() -> None:
    catalog, ratings = a_catalog(), checkerboard(n_movies=38)
    world = fit_retrieval(ratings, catalog), a_block(ratings, catalog), catalog

    x, movies = matrix(world, a_user((1, 5.0)))

    row = x[movies.index(40)]
    assert row[NAMES.index("count_log")] == 0
    assert np.isnan(row[NAMES.index("days_since_last")])


def test_given_a_window_when_counted_then_the_week_on_its_edge_counts_in_part() -> None:
    week = np.arange(1_000, 1_060, dtype=np.int32)
    n = np.full(60, 70, np.int32)
    stats = ItemStats(np.ones(60, np.int64), week, n, n * 8, n)

    block = MovieState.of(stats, a_catalog())

    column = [spec.name for spec in trending.SPECS].index("positives_30d_log")
    assert np.expm1(block.trending[0, column]) == pytest.approx(300, rel=1e-5)  # ten a day


def test_given_no_ratings_at_all_then_no_movie_counts_as_unreleased() -> None:
    assert MovieState.of(ItemStats.of(Ratings.empty()), a_catalog()).is_released.all()
