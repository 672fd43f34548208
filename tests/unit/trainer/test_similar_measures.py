"""Inverse-popularity recall of what people liked next, beside a second computation in plain Python."""

from fractions import Fraction

import numpy as np
import pytest

from marquee.state.ratings import Ratings
from support.worlds import a_catalog, checkerboard
from trainer.similar_measures import Follows, weighted_recall, weights

CATALOG = a_catalog()


def ratings_of(*rows: tuple[int, int, float, int]) -> Ratings:
    user, movie, stars, at = zip(*rows, strict=True)
    return Ratings(np.array(user), np.array(movie), np.array(stars, np.float32), np.array(at))


def pairs(follows: Follows) -> list[tuple[int, int, int]]:
    """User, seed and target as movie ids."""
    seed, target = CATALOG.movie_id[follows.seed], CATALOG.movie_id[follows.target]
    return sorted(zip(follows.user_id.tolist(), seed.tolist(), target.tolist(), strict=True))


def test_a_like_is_followed_by_the_users_next_likes_and_by_no_others() -> None:
    after = ratings_of((1, 3, 5, 30), (1, 1, 4, 10), (1, 2, 3.5, 20), (1, 4, 5, 40), (2, 5, 5, 15), (1, 999, 5, 35))

    follows = Follows.of(after, CATALOG, following=1)

    assert pairs(follows) == [(1, 1, 3), (1, 3, 4)]
    assert pairs(Follows.of(after, CATALOG)) == [(1, 1, 3), (1, 1, 4), (1, 3, 4)]


def test_likes_of_one_moment_do_not_follow_each_other_by_their_ids() -> None:
    users, movies = np.repeat(np.arange(200), 2), np.tile([1, 2], 200)
    after = Ratings(users, movies, np.full(400, 5, np.float32), np.full(400, 7))

    seeds = CATALOG.movie_id[Follows.of(after, CATALOG).seed]

    assert 60 <= (seeds == 1).sum() <= 140


def test_nobodys_likes_are_followed_by_nothing() -> None:
    follows = Follows.of(Ratings.empty(), CATALOG)

    users, recall = weighted_recall(follows, weights(Ratings.empty(), CATALOG), lambda _: np.arange(3))

    assert (len(follows), len(users), len(recall)) == (0, 0, 0)


@pytest.mark.parametrize("k", [1, 3, 10])
def test_recall_is_that_of_a_computation_in_fractions(k: int) -> None:
    before, after = checkerboard(30, seed=1), checkerboard(12, seed=2)
    order = np.random.default_rng(0).permuted(np.tile(np.arange(40), (40, 1)), axis=1)

    users, recall = weighted_recall(Follows.of(after, CATALOG), weights(before, CATALOG), lambda seed: order[seed], k=k)

    expected = {user: by_hand(before, after, user, order, k) for user in sorted(set(after.user_id.tolist()))}
    assert users.tolist() == list(expected)
    np.testing.assert_allclose(recall, [float(value) for value in expected.values()])


def by_hand(before: Ratings, after: Ratings, user: int, order: np.ndarray, k: int) -> Fraction:
    """The measure from its definition: movie m is row m - 1, no two ratings of a user are of one time."""
    liked_before = [int(movie) for movie, stars in zip(before.movie_id, before.rating, strict=True) if stars >= 4]
    rows = zip(after.user_id, after.movie_id, after.rating, after.rated_at, strict=True)
    likes = [
        int(movie) for at, movie in sorted((at, movie) for who, movie, stars, at in rows if who == user and stars >= 4)
    ]
    cases = []
    for at, seed in enumerate(likes[:-1]):
        following = likes[at + 1 : at + 11]
        worth = {movie: Fraction(1, liked_before.count(movie) + 10) for movie in following}
        first = {int(row) + 1 for row in order[seed - 1][:k]}
        cases.append(sum((worth[movie] for movie in following if movie in first), Fraction()) / sum(worth.values()))
    return sum(cases, Fraction()) / len(cases)


def test_a_movie_that_few_liked_is_worth_more_than_a_popular_one() -> None:
    before = ratings_of(*((user, 1, 5.0, 1) for user in range(30)), (1, 2, 5.0, 1), (2, 3, 1.0, 1))

    assert weights(before, CATALOG)[:3].tolist() == [1 / 40, 1 / 11, 1 / 10]


def test_pairs_that_are_taken_keep_their_cases() -> None:
    follows = Follows.of(checkerboard(6), CATALOG)
    chosen = follows.user_id % 2 == 0

    taken = follows.take(chosen)

    assert np.unique(taken.case).tolist() == list(range(taken.case.max() + 1))
    same = follows.case[chosen]
    assert ((taken.case[1:] == taken.case[:-1]) == (same[1:] == same[:-1])).all()
