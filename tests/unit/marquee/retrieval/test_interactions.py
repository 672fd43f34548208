"""Which ratings the retrieval models are fitted on, and how old each is among its user's."""

import math

import numpy as np

from marquee.retrieval.interactions import Interactions
from marquee.state.ratings import Ratings
from support.worlds import a_catalog


def test_age_counts_the_users_newer_ratings_and_equal_times_go_by_movie() -> None:
    rng = np.random.default_rng(1)
    pairs = rng.permutation(np.stack(np.meshgrid(np.arange(3, 9), np.arange(1, 21)), axis=-1).reshape(-1, 2))[:80]
    ratings = Ratings(pairs[:, 0], pairs[:, 1], np.full(80, 4, np.float32), rng.integers(0, 6, 80))
    catalog = a_catalog(20)

    data = Interactions.of(ratings, catalog)

    users = np.unique(ratings.user_id)
    expected = []
    for number, user in enumerate(users.tolist()):
        mine = ratings.take(ratings.user_id == user)
        oldest_first = sorted(zip(mine.rated_at.tolist(), mine.movie_id.tolist(), strict=True))
        last = len(oldest_first) - 1
        expected += [(number, movie, last - at) for at, (_, movie) in enumerate(oldest_first)]
    found = zip(data.user.tolist(), catalog.movie_id[data.row].tolist(), data.age.tolist(), strict=True)
    assert list(found) == expected
    assert data.n_users == len(users)


def test_newer_is_the_share_of_all_ratings_that_come_later() -> None:
    rng = np.random.default_rng(2)
    pairs = np.stack(np.meshgrid(np.arange(1, 7), np.arange(1, 11)), axis=-1).reshape(-1, 2)
    ratings = Ratings(pairs[:, 0], pairs[:, 1], np.full(60, 4, np.float32), rng.integers(0, 9, 60))
    catalog = a_catalog(10)
    rated_at = dict(zip(map(tuple, pairs.tolist()), ratings.rated_at.tolist(), strict=True))

    data = Interactions.of(ratings, catalog)

    users = np.unique(ratings.user_id)[data.user].tolist()
    times = [rated_at[pair] for pair in zip(users, catalog.movie_id[data.row].tolist(), strict=True)]
    expected = [sum(other > mine for other in times) / 60 for mine in times]
    np.testing.assert_allclose(data.newer, expected, atol=1e-6)
    np.testing.assert_allclose(data.faded(2.0), [math.exp(-2 * share) for share in expected], rtol=1e-5)
    assert (data.faded(0.0) == 1).all()
