"""Windows and requests: the past is never later than the labels, and each kind asks what it says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.state.ratings import Ratings
from support.worlds import START_MS, checkerboard
from trainer.examples import Kind, requests
from trainer.windows import Window, cut


def rated(*rows: tuple[int, int, float, int]) -> Ratings:
    """(user, movie, stars, second) rows."""
    user, movie, stars, second = zip(*rows, strict=True)
    return Ratings(
        np.array(user, np.int64),
        np.array(movie, np.int64),
        np.array(stars, np.float32),
        START_MS + np.array(second, np.int64) * 1000,
    )


@given(st.floats(0.05, 0.9))
def test_given_any_cut_when_made_then_nothing_before_it_is_newer_than_what_follows(share: float) -> None:
    ratings = checkerboard(n_users=10)

    (window,) = cut(ratings, [share])

    assert window.before.rated_at.max() <= window.after.rated_at.min()
    assert len(window.before) == round(share * len(ratings))


def test_given_no_ratings_when_cut_then_there_is_no_window() -> None:
    assert cut(Ratings.empty()) == []


def test_given_a_known_user_when_asked_as_a_then_the_history_is_before_the_cut_and_only_likes_are_sought() -> None:
    before = rated(*((1, movie, 3.0, movie) for movie in range(1, 6)))
    after = rated((1, 6, 5.0, 10), (1, 7, 2.0, 11), (2, 6, 5.0, 12))

    asked = requests(Window(before, after), Kind.A, at_most=10, seed=0)

    assert [one.user_id for one in asked] == [1]
    assert asked[0].history.movie_id.tolist() == [1, 2, 3, 4, 5]
    assert asked[0].liked.tolist() == [6]


def test_given_a_newcomer_when_asked_as_a2_then_the_first_half_is_told_and_the_second_sought() -> None:
    before = rated((9, 1, 5.0, 0))
    after = rated(*((1, movie, 5.0, movie) for movie in range(1, 11)))

    asked = requests(Window(before, after), Kind.A2, at_most=10, seed=0)

    assert [one.history.movie_id.tolist() for one in asked] == [[1, 2, 3, 4, 5]]
    assert asked[0].liked.tolist() == [6, 7, 8, 9, 10]


def test_given_a_movie_rated_again_when_asked_then_it_is_not_sought() -> None:
    before = rated(*((1, movie, 5.0, movie) for movie in range(1, 6)))
    after = rated((1, 5, 5.0, 10))

    (asked,) = requests(Window(before, after), Kind.A, at_most=10, seed=0)

    assert asked.liked.tolist() == []


def test_given_more_users_than_wanted_when_drawn_then_the_draw_repeats_with_the_seed() -> None:
    (window,) = cut(checkerboard(), [0.6])

    one, other = (requests(window, Kind.A, at_most=3, seed=3) for _ in range(2))

    assert len(one) == 3
    assert [r.user_id for r in one] == [r.user_id for r in other]
