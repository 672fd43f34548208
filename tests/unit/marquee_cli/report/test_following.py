"""Similar movies judged by what was liked next, worked out by hand and on a world whose answer is known."""

import numpy as np
import pytest

from marquee.errors import Misconfigured
from marquee.state.ratings import Ratings
from marquee_cli.report.following import chains_of, similar_quality, weighted_recall
from support.worlds import START_MS, a_catalog, checkerboard
from trainer.config import TrainingConfig

QUICK = TrainingConfig().with_settings(["windows.cuts=0.8"])
"""One window, and so a quick training."""


def some(*rows: tuple[int, int, float]) -> Ratings:
    """Ratings of (user, movie, stars), one a second."""
    user, movie, stars = zip(*rows, strict=True)
    times = START_MS + 1_000 * np.arange(len(rows))
    return Ratings(np.array(user), np.array(movie), np.array(stars, np.float32), times)


def test_a_chain_is_what_a_user_newly_liked_in_order_of_time() -> None:
    before = some((1, 7, 5.0), (2, 1, 5.0))
    after = some((1, 9, 5.0), (1, 8, 2.0), (1, 7, 5.0), (1, 3, 4.0), (2, 4, 5.0), (3, 5, 4.0), (3, 6, 5.0))

    chains = chains_of(before, after, a_catalog(), seed=0)

    # user 1 disliked 8 and had rated 7 before; user 2 liked one movie alone; rows are ids minus 1
    assert {user: rows.tolist() for user, rows in chains.items()} == {1: [8, 2], 3: [4, 5]}


def test_weighted_recall_is_the_share_of_the_weight_that_was_found() -> None:
    chain, weight = np.array([0, 1, 2]), np.array([1.0, 0.5, 0.1, 1.0])
    lists = {0: np.array([2, 3]), 1: np.array([2, 0])}

    found = weighted_recall(chain, lists, weight)

    # after movie 0 come 1 and 2, of which 2 is listed; after movie 1 comes 2, which is listed
    assert found == pytest.approx((0.1 + 0.1) / (0.5 + 0.1 + 0.1))


def test_no_more_than_the_next_ten_likes_are_to_be_found() -> None:
    chain, weight = np.arange(12), np.ones(12)
    lists = {row: np.array([11]) for row in range(11)}

    # movie 11 follows ten of the eleven seeds closely enough
    assert weighted_recall(chain, lists, weight) == pytest.approx(10 / (10 + 10 + sum(range(1, 10))))


def test_where_people_like_one_colour_similar_movies_find_what_they_like_next() -> None:
    found = similar_quality(checkerboard(n_users=80), a_catalog(), config=QUICK, say=lambda _: None)

    assert found["users"] >= 10
    assert set(found["systems"]) == {"marquee", "popularity", "decayed_popularity", "item_knn", "rp3beta", "ease"}
    assert found["difference"]["popularity"]["recall@10"]["low"] > 0


def test_where_nobody_likes_two_movies_the_reason_is_named() -> None:
    disliked = checkerboard(n_users=20)
    disliked = Ratings(disliked.user_id, disliked.movie_id, np.full(len(disliked), 1, np.float32), disliked.rated_at)

    with pytest.raises(Misconfigured, match="nobody liked two movies"):
        similar_quality(disliked, a_catalog(), config=QUICK, say=lambda _: None)
