"""Which ratings the retrieval models are fitted on, and how old each is among its user's."""

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
