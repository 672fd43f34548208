"""The newest rating per user and movie, against a dictionary that is filled row by row."""

import numpy as np
import pytest

from marquee.state.ratings import Ratings, latest_per_movie


def some_ratings(seed: int, n: int = 400) -> Ratings:
    """Few users, movies and times, so that pairs are repeated, some at the same time; every row has its own stars."""
    rng = np.random.default_rng(seed)
    stars = np.arange(n, dtype=np.float32)
    return Ratings(rng.integers(0, 9, n), rng.integers(0, 9, n), stars, rng.integers(0, 5, n))


def newest_by_pair(ratings: Ratings) -> list[tuple[int, int, float]]:
    rows = zip(ratings.user_id, ratings.movie_id, ratings.rating, ratings.rated_at, strict=True)
    newest: dict[tuple[int, int], tuple[int, float]] = {}
    for user, movie, stars, at in rows:
        if (user, movie) not in newest or at >= newest[user, movie][0]:
            newest[user, movie] = (at, stars)
    return [(*pair, stars) for pair, (_, stars) in sorted(newest.items())]


def rows_of(ratings: Ratings) -> list[tuple[int, int, float]]:
    return list(zip(ratings.user_id, ratings.movie_id, ratings.rating, strict=True))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("is_in_time_order", [False, True])
def test_the_newest_rating_counts_and_of_equally_new_ones_the_last(seed: int, is_in_time_order: bool) -> None:
    ratings = some_ratings(seed)
    if is_in_time_order:
        ratings = ratings.take(np.argsort(ratings.rated_at, kind="stable"))

    assert rows_of(latest_per_movie(ratings)) == newest_by_pair(ratings)


def test_the_newest_ratings_are_their_own_newest_ones() -> None:
    newest = latest_per_movie(some_ratings(0))

    assert latest_per_movie(newest) is newest


def test_of_no_rating_none_is_the_newest() -> None:
    assert len(latest_per_movie(Ratings.empty())) == 0
