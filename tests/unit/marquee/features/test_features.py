"""Feature maths: what may not change a value, what must, and what an unknown looks like."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marquee.arrays import Float32Array
from marquee.contracts.reason_codes import ReasonCode
from marquee.features import liked_similar
from marquee.features.describe import described
from marquee.features.movie_features import MovieFeatures
from marquee.features.spec import side_by_side, specs
from marquee.features.vector import NAMES, SPECS
from marquee.retrieval.candidates import FUSION
from marquee.retrieval.fitted import FittedRetrieval, Link, fit_retrieval
from marquee.retrieval.history import Query
from marquee.retrieval.sources import LINK_QUERY
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings, UserState
from support.worlds import START_MS, a_catalog, a_user, checkerboard, movies_of

World = tuple[FittedRetrieval, MovieFeatures, MovieTable]


@pytest.fixture(scope="module")
def world() -> World:
    catalog, ratings = a_catalog(with_people=True), checkerboard()
    return fit_retrieval(ratings, catalog), movies_of(ratings, catalog), catalog


def matrix(world: World, user: UserState) -> tuple[Float32Array, list[int]]:
    """Features of all unrated movies, and their ids."""
    retrieval, movies, catalog = world
    known = described(retrieval, movies, user, at_least=len(catalog))
    assert known is not None
    return known.x, catalog.movie_id[known.candidates.row].tolist()


def test_the_columns_keep_their_order_families_and_constraints() -> None:
    """A bundle's trees and ONNX model know the columns by position; another order needs a new bundle schema."""
    named = Path(__file__).with_name("feature_columns.txt").read_text(encoding="utf-8").splitlines()

    assert [f"{spec.name} {spec.family}{' rises' * spec.rises}" for spec in SPECS] == named
    assert len(set(NAMES)) == len(NAMES)


class NarrowFamily:
    """A family that gives fewer columns than it names."""

    __name__ = "narrow"
    SPECS = specs(ReasonCode.ERA, "one", "two")


def test_a_family_that_gives_other_columns_than_it_names_is_refused() -> None:
    with pytest.raises(ValueError, match="narrow"):
        side_by_side([(NarrowFamily(), np.zeros((3, 1), np.float32))])


def test_a_user_without_a_known_movie_has_nothing_to_describe(world: World) -> None:
    retrieval, movies, _ = world

    assert described(retrieval, movies, UserState.empty()) is None
    assert described(retrieval, movies, a_user((999, 5.0))) is None


def test_no_candidates_in_gives_no_rows_out(world: World) -> None:
    retrieval, movies, catalog = world

    known = described(retrieval, movies, a_user((1, 5.0)), allowed=np.zeros(len(catalog), bool), at_least=10)

    assert known is not None
    assert known.x.shape == (0, len(SPECS))


def test_excluded_rows_are_left_out_beside_the_rated_ones(world: World) -> None:
    retrieval, movies, catalog = world

    known = described(retrieval, movies, a_user((1, 5.0)), excluded_rows=np.array([1, 2]), at_least=len(catalog))

    assert known is not None
    assert catalog.movie_id[known.candidates.row].tolist() == list(range(4, 41))


def test_described_columns_are_float32_named_and_finite_or_unknown(world: World) -> None:
    x, movies = matrix(world, a_user((1, 5.0), (2, 1.0)))

    assert x.shape == (38, len(SPECS))
    assert x.dtype == np.float32
    assert not set(movies) & {1, 2}
    assert not np.isinf(x).any()


def test_the_collaborative_columns_follow_from_the_signals_and_ranks_alone(world: World) -> None:
    """Scores, then their shares of each source's best, then the ranks: written out a second time, column by column."""
    retrieval, movies, _ = world
    known = described(retrieval, movies, a_user((1, 5.0), (3, 4.0), (2, 1.0)), at_least=38)
    assert known is not None
    signals, is_found = known.retrieved.signals_of(known.candidates.row), ~known.candidates.is_filler
    asked = [(link, query) for link, query in LINK_QUERY.values()]
    asked += [(Link.EASE, Query.LIKED), (Link.RP3BETA, Query.LIKED)]

    columns = [signals[query, link] for query in Query for link in Link]
    for link, query in asked:
        best = max(float(signals[query, link][is_found].max()), 0.0)
        columns.append(signals[query, link] / np.float32(best or 1))
    rank = known.candidates.rank[list(LINK_QUERY)]
    columns += [np.log1p(np.where(each >= 0, each, 2 * retrieval.config.per_source)) for each in rank]
    columns.append(np.where(rank >= 0, 1 / (FUSION + rank), 0).sum(axis=0))

    at = [NAMES.index(spec.name) for spec in liked_similar.SPECS]
    assert np.array_equal(np.stack(columns, axis=1).astype(np.float32), known.x[:, at])


@settings(max_examples=25)
@given(
    st.dictionaries(st.integers(1, 40), st.sampled_from([0.5, 2.0, 3.0, 4.0, 5.0]), min_size=2, max_size=15), st.data()
)
def test_no_collaborative_score_rises_when_a_rating_is_removed(
    world: World, rated: dict[int, float], data: st.DataObject
) -> None:
    user = a_user(*rated.items())
    gone = data.draw(st.sampled_from(sorted(rated)))
    column = [NAMES.index(name) for name in ("item_knn_liked", "rp3beta_liked")]

    x, movies = matrix(world, user)
    less, fewer = matrix(world, user.without(gone))

    kept = [fewer.index(movie) for movie in movies]
    assert (less[kept][:, column] <= x[:, column] + 1e-6).all()


@settings(max_examples=10)
@given(st.permutations(range(960)))
def test_the_movies_features_do_not_depend_on_the_order_of_the_ratings(order: list[int]) -> None:
    ratings, catalog = checkerboard(), a_catalog()

    one, other = movies_of(ratings, catalog), movies_of(ratings.take(np.array(order, np.int64)), catalog)

    assert np.array_equal(one.x, other.x, equal_nan=True)
    for name in ("decayed", "decayed_fast", "prior"):
        assert np.array_equal(getattr(one.state, name), getattr(other.state, name))


def test_ratings_of_the_newest_week_have_not_aged() -> None:
    ratings, catalog = checkerboard(), a_catalog()
    at_once = Ratings(ratings.user_id, ratings.movie_id, ratings.rating, np.full_like(ratings.rated_at, START_MS))

    movies = movies_of(at_once, catalog)

    np.testing.assert_allclose(movies.state.decayed, _likes(ratings))


def _likes(ratings: Ratings) -> Float32Array:
    return np.bincount(ratings.movie_id[ratings.rating >= 4] - 1, minlength=40).astype(np.float32)


def test_a_user_who_rated_after_the_newest_counts_is_not_idle(world: World) -> None:
    x, _ = matrix(world, a_user((1, 5.0), at_ms=START_MS + 3_000 * 86_400_000))

    assert (x[:, NAMES.index("user_idle_days")] == 0).all()


def test_the_ages_of_a_movie_that_nobody_rated_are_unknown() -> None:
    catalog, ratings = a_catalog(), checkerboard(n_movies=38)
    world = fit_retrieval(ratings, catalog), movies_of(ratings, catalog), catalog

    x, movies = matrix(world, a_user((1, 5.0)))

    row = x[movies.index(40)]
    assert row[NAMES.index("count_log")] == 0
    assert np.isnan(row[NAMES.index("days_since_last")])


def test_the_week_on_the_edge_of_a_window_counts_in_part() -> None:
    week = np.arange(1_000, 1_060, dtype=np.int32)
    n = np.full(60, 70, np.int32)
    stats = ItemStats(np.ones(60, np.int64), week, n, n * 8, n)

    movies = MovieFeatures.of(stats, a_catalog())

    assert np.expm1(movies.column("positives_30d_log")[0]) == pytest.approx(300, rel=1e-5)  # ten a day


def test_without_ratings_every_movie_counts_as_released() -> None:
    assert movies_of(Ratings.empty(), a_catalog()).state.is_released.all()
