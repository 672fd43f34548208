"""Users never seen in training: who is held out, what is known of them, and how they are ranked for."""

import pytest

from marquee.errors import Misconfigured
from marquee.state.ratings import Ratings, latest_per_movie
from marquee_cli.report.unseen import folded_in, held_out_users, strong_generalisation
from support.worlds import a_catalog, checkerboard
from trainer.config import TrainingConfig

QUICK = TrainingConfig().with_settings(["windows.cuts=0.8"])
"""One window, and so a quick training."""


def pairs(ratings: Ratings) -> set[tuple[int, int]]:
    return set(zip(ratings.user_id.tolist(), ratings.movie_id.tolist(), strict=True))


def test_a_fifth_of_the_users_with_ten_ratings_are_held_out() -> None:
    few = checkerboard(n_users=5, each=8)
    few = Ratings(few.user_id + 1_000, few.movie_id, few.rating, few.rated_at)

    drawn = held_out_users(Ratings.concat(checkerboard(n_users=50), few), seed=3)

    assert len(set(drawn.tolist())) == 10
    assert drawn.max() <= 50
    assert drawn.tolist() == sorted(drawn.tolist())
    assert drawn.tolist() != held_out_users(checkerboard(n_users=50), seed=4).tolist()


def test_four_fifths_of_each_users_ratings_are_known_and_the_rest_is_asked() -> None:
    ratings = latest_per_movie(checkerboard(n_users=7, each=20))

    known, asked = folded_in(ratings, seed=0)

    assert pairs(known) | pairs(asked) == pairs(ratings)
    assert not pairs(known) & pairs(asked)
    each = {user: (known.user_id == user).sum() for user in range(1, 8)}
    assert each == dict.fromkeys(range(1, 8), 16)


def test_the_newest_fifth_of_each_users_ratings_is_asked_without_a_seed() -> None:
    ratings = latest_per_movie(checkerboard(n_users=7, each=20))

    known, asked = folded_in(ratings, seed=None)

    assert len(asked) == 7 * 4
    for user in range(1, 8):
        assert known.rated_at[known.user_id == user].max() < asked.rated_at[asked.user_id == user].min()


def test_where_taste_decides_the_model_finds_more_for_strangers_than_popularity() -> None:
    said: list[str] = []

    found = strong_generalisation(checkerboard(n_users=60, each=24), a_catalog(), config=QUICK, say=said.append)

    assert (found["held_out"], found["trained_on"]) == (12, 48)
    systems = {"marquee", "popularity", "decayed_popularity", "item_knn", "rp3beta", "ease"}
    for part in (found["random"], found["newest"]):
        assert set(part["systems"]) == systems
        assert 0 < part["users"] <= 12
        assert all(0 <= one["recall@20"]["mean"] <= one["recall@50"]["mean"] <= 1 for one in part["systems"].values())
    assert found["random"]["difference"]["popularity"]["ndcg@100"]["low"] > 0
    assert any("48 users, 12 are held out" in line for line in said)
    assert f"  {found['random']['users']} of {found['random']['users']} users" in said


def test_without_users_of_enough_ratings_the_reason_is_named() -> None:
    few = checkerboard(n_users=20, each=8)

    with pytest.raises(Misconfigured, match="none of those with 10 ratings"):
        strong_generalisation(few, a_catalog(), config=QUICK, say=lambda _: None)
