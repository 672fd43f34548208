"""Live ratings years after the data's end: they count at once, in proportion, and turn nothing over."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from marquee.arrays import BoolArray, FloatArray
from marquee.bundle import load_bundle
from marquee.contracts.events import MovieListed
from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats, merged
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from marquee_cli.offline_data import read_offline_data
from marquee_cli.synth_world import make_world, rate
from ranker.cold import popular_and_diverse
from ranker.ranking import rank_user
from ranker.scoring import RankerModel
from ranker.serving import Serving
from support.worlds import START_MS, a_catalog, checkerboard, state_of
from trainer.config import TrainingConfig
from trainer.pipeline import train

pytestmark = pytest.mark.integration

YEARS_8_MS = 8 * 31_556_952_000
DAY_MS = 86_400_000
TOP = 25


@dataclass(frozen=True)
class Data:
    """A data set that ended eight years before the live ratings."""

    ratings: Ratings
    catalog: MovieTable
    stats: ItemStats
    movies: MovieFeatures

    def with_live(self, live: Ratings) -> MovieFeatures:
        return MovieFeatures.of(merged(self.stats, ItemStats.of(live)), self.catalog)

    def live(self, count: int, *, seed: int = 0, each: int = 10, days: int = 0) -> Ratings:
        """Ratings of new users, ten of each, of movies people know; made within an hour, or over so many days."""
        rng = np.random.default_rng(seed)
        rated, known = np.unique(self.ratings.movie_id, return_counts=True)
        n_users = -(-count // each)
        chosen = [rng.choice(rated, each, replace=False, p=known / known.sum()) for _ in range(n_users)]
        later_ms = YEARS_8_MS + rng.integers(0, days * DAY_MS + 3_600_000, n_users * each)
        at_ms = int(self.ratings.rated_at.max()) + later_ms
        stars = rng.choice(np.array([2, 3, 4, 4.5, 5], np.float32), n_users * each)
        every = Ratings(10**6 + np.arange(n_users * each) // each, np.concatenate(chosen), stars, at_ms)
        return every.take(slice(0, count))


def data_of(ratings: Ratings, catalog: MovieTable) -> Data:
    stats = ItemStats.of(ratings)
    return Data(ratings, catalog, stats, MovieFeatures.of(stats, catalog))


@cache
def synthetic() -> Data:
    rng = np.random.default_rng(1)
    world = make_world(rng, users=600, movies=9_000)
    rated = rate(rng, world, 100_000)
    catalog = MovieTable.build(
        MovieListed(movie_id=at + 1, title=f"Movie {at}", year=int(year), genres=(f"Genre {at % 7}",))
        for at, year in enumerate(world.year)
    )
    stars = (rated.half_stars / 2).astype(np.float32)
    return data_of(Ratings(rated.user + 1, rated.movie + 1, stars, rated.at_s * 1_000), catalog)


@cache
def real(folder: Path) -> Data:
    read = read_offline_data(folder / "ratings.csv", folder / "movies.csv", say=print)
    return data_of(read.ratings, read.movies)


@pytest.fixture(params=["synthetic", "real"])
def data(request: pytest.FixtureRequest) -> Data:
    if request.param == "synthetic":
        return synthetic()
    return real(request.getfixturevalue("data_dir") / "ml-latest-small")


def popular(movies: MovieFeatures) -> list[int]:
    """The first rows of the popular list, by likes that fade."""
    first: list[int] = np.argsort(-movies.state.decayed, kind="stable")[:TOP].tolist()
    return first


def cold(movies: MovieFeatures) -> list[int]:
    rows, _ = popular_and_diverse(movies.state, movies.state.is_released.copy(), k=TOP)
    first: list[int] = rows.tolist()
    return first


def within(movies: MovieFeatures, rows: BoolArray) -> FloatArray:
    """Likes of these movies in the last 30, 90 and 365 days."""
    columns = [movies.column(f"positives_{days}d_log")[rows] for days in (30, 90, 365)]
    likes: FloatArray = np.expm1(np.stack(columns, axis=1).astype(np.float64)).sum(axis=0)
    return likes


def untouched_by(data: Data, live: Ratings) -> BoolArray:
    return ~np.isin(data.catalog.movie_id, live.movie_id)


@pytest.mark.parametrize("count", [1, 100, 101, 150])
@pytest.mark.parametrize("seed", [0, 1])
def test_live_ratings_of_a_few_visitors_leave_the_popular_movies_in_place(data: Data, count: int, seed: int) -> None:
    after = data.with_live(data.live(count, seed=seed))

    at_least = 22 if data is not synthetic() else 20  # its 25th popular movie has 4 fading likes, the real one's 9
    assert len(set(popular(after)) & set(popular(data.movies))) >= at_least
    assert len(set(cold(after)) & set(cold(data.movies))) >= 20  # by genre too: one newcomer displaces its like


def test_one_live_rating_after_the_hundredth_changes_no_popular_movie(data: Data) -> None:
    hundred, one_more = (data.with_live(data.live(101).take(slice(0, count))) for count in (100, 101))

    assert len(set(popular(hundred)) & set(popular(one_more))) >= 24


@pytest.mark.parametrize("count", [1, 100, 101, 1_000, 20_000])
def test_each_live_like_counts_one_and_old_likes_keep_their_proportions(data: Data, count: int) -> None:
    live = data.live(count)
    likes = np.zeros(len(data.catalog))
    np.add.at(likes, data.catalog.rows(live.movie_id[live.rating >= 4]), 1)

    after = data.with_live(live)

    before = data.movies.state.decayed
    assert before.max() > 5
    kept = (after.state.decayed - likes)[before > 1] / before[before > 1]
    np.testing.assert_allclose(kept, kept[0], rtol=1e-4)
    assert 2 ** (-7 / 180) - 1e-6 <= kept[0] < 1  # at most a week older


@pytest.mark.parametrize("count", [1, 100, 101, 1_000, 20_000])
def test_one_day_of_live_ratings_keeps_what_was_recent_in_the_windows(data: Data, count: int) -> None:
    after = data.with_live(live := data.live(count))
    old = untouched_by(data, live) if count < 1_000 else np.ones(len(data.catalog), bool)

    share = within(after, old) / within(data.movies, old)
    assert (share >= [0.4, 0.7, 0.9]).all(), share


@pytest.mark.parametrize(("count", "days"), [(1, 0.5), (10, 3), (100, 7), (101, 7), (1_000, 7), (20_000, 7)])
def test_live_ratings_of_others_add_at_most_a_week_of_idle_days(data: Data, count: int, days: float) -> None:
    last_visits = [data.ratings.rated_at[data.ratings.user_id == user].max() for user in range(1, 200, 20)]
    live = data.live(count)

    after = data.with_live(live)

    for at_ms in last_visits:
        grown = after.state.time.idle_days(at_ms) - data.movies.state.time.idle_days(at_ms)
        assert 0 < grown <= days + 1e-6
    assert after.state.time.idle_days(float(live.rated_at.max())) == 0


def test_no_single_one_of_three_hundred_live_ratings_makes_a_step(data: Data) -> None:
    live = data.live(300)
    idle, year = [], []
    for count in (0, 1, 2, 3, 20, 21, 37, 38, 39, 40, 60, 99, 100, 101, 300):
        movies = data.with_live(live.take(slice(0, count)))
        idle.append((count, movies.state.time.idle_days(float(data.ratings.rated_at.max()))))
        year.append((count, movies.state.time.year_now))

    for values, most in ((idle, 0.25), (year, 0.01)):
        for (one, before), (other, after) in pairwise(values):
            assert 0 <= after - before <= most * (other - one) + 1e-9, (one, other)


def test_live_ratings_worth_a_fifth_of_the_data_are_what_is_recent(data: Data) -> None:
    live = data.live(20_000)

    after = data.with_live(live)

    likes = float((live.rating >= 4).sum())
    old = data.with_live(live.take(slice(0, 0)))
    assert likes > 0.9 * within(after, np.ones(len(data.catalog), bool))[0]
    assert likes > 0.75 * float(after.state.decayed.sum())
    assert likes < 0.25 * float(np.expm1(old.state.log_count).sum())  # while most of the data is old


def test_after_a_year_at_the_usual_volume_now_is_the_calendars(data: Data) -> None:
    live = data.live(365 * 60, days=365)

    after = data.with_live(live)

    newest_year = 1970 + live.rated_at.max() / YEARS_8_MS * 8
    idle = after.state.time.idle_days(float(data.ratings.rated_at.max()))
    assert 350 <= idle <= 375
    assert newest_year - 2.2 < after.state.time.year_now < newest_year + 0.1  # of eight years of gap a quarter is left


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    ratings = checkerboard(n_users=80)
    model = train(ratings, catalog_with_a_new_movie(), as_of_ms=2_000_000_000_000, config=TrainingConfig(seed=0))
    path = model.write(tmp_path_factory.mktemp("bundles"), version="v1", created_at=datetime(2020, 1, 1, tzinfo=UTC))
    return Serving.of(RankerModel.of(load_bundle(path)), ItemStats.of(ratings))


def catalog_with_a_new_movie() -> MovieTable:
    """The checkerboard's forty movies, and one (41) of eight years after its last rating."""
    old = [
        MovieListed(movie_id=m, title=f"Movie {m}", year=1990 + m % 10, genres=(f"Genre{m % 2}",)) for m in range(1, 41)
    ]
    assert [movie.movie_id for movie in old] == a_catalog().movie_id.tolist()
    return MovieTable.build([*old, MovieListed(movie_id=41, title="Movie 41", year=2009, genres=("Genre1",))])


def visited(world: Serving, count: int) -> Serving:
    """The same model after so many ratings of strangers, eight years later, half of them of odd movies."""
    rng = np.random.default_rng(3)
    users = 10_000 + np.arange(200) // 10
    movies = np.concatenate([rng.choice(np.arange(1, 41), 10, replace=False) for _ in range(20)])
    live = Ratings(users, movies, np.full(200, 5, np.float32), np.full(200, START_MS + YEARS_8_MS))
    return Serving.of(world.model, ItemStats.of(Ratings.concat(checkerboard(n_users=80), live.take(slice(0, count)))))


@pytest.mark.parametrize("count", [1, 19, 20, 21, 50, 100, 101, 150])
def test_ratings_of_strangers_leave_a_users_list_nearly_the_same(world: Serving, count: int) -> None:
    changed = 0
    for user_id in range(1, 21):
        user = state_of(checkerboard(n_users=80), user_id)
        before, after = (
            rank_user(one.model, one.movies, user, k=10, exclude=[41]).movie_id.tolist()
            for one in (visited(world, count - 1), visited(world, count))
        )
        changed += len(set(after) - set(before))

    assert changed <= 4, "of 200 places"


def test_a_movie_of_today_is_recommended_only_once_somebody_rates_today(world: Serving) -> None:
    user = state_of(checkerboard(n_users=80), 1)
    before, after = visited(world, 0), visited(world, 1)

    assert 41 not in rank_user(before.model, before.movies, user, k=100).movie_id
    assert 41 in rank_user(after.model, after.movies, user, k=100).movie_id
    assert after.movies.state.time.year_now - before.movies.state.time.year_now < 0.1
