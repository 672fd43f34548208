"""Windows and examples: the past is never later than the labels, and each kind of user has the right history."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.state.ratings import Ratings
from support.worlds import START_MS, checkerboard
from trainer.examples import Kind, examples, far_examples
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
def test_nothing_before_a_cut_is_newer_than_what_follows(share: float) -> None:
    ratings = checkerboard(n_users=10)

    (window,) = cut(ratings, [share], label_share=0.1)

    assert window.before.rated_at.max() <= window.after.rated_at.min()
    assert len(window.before) == round(share * len(ratings))


def test_no_ratings_give_no_window() -> None:
    assert cut(Ratings.empty(), [0.5], label_share=0.1) == []


def test_the_history_of_a_known_user_ends_at_the_cut_and_only_likes_are_sought() -> None:
    before = rated(*((1, movie, 3.0, movie) for movie in range(1, 6)))
    after = rated((1, 6, 5.0, 10), (1, 7, 2.0, 11), (2, 6, 5.0, 12))

    found = examples(Window(before, after, after), Kind.KNOWN_USER, at_most=10, seed=0)

    assert [one.user_id for one in found] == [1]
    assert found[0].history.movie_id.tolist() == [1, 2, 3, 4, 5]
    assert found[0].liked.tolist() == [6]


def test_half_of_a_newcomers_ratings_is_revealed_and_the_other_half_sought() -> None:
    before = rated((9, 1, 5.0, 0))
    after = rated(*((1, movie, 5.0, movie) for movie in range(1, 11)))

    found = examples(Window(before, after, after), Kind.NEWCOMER, at_most=10, seed=0)

    assert [one.history.movie_id.tolist() for one in found] == [[1, 2, 3, 4, 5]]
    assert found[0].liked.tolist() == [6, 7, 8, 9, 10]


def test_a_movie_of_the_history_that_is_rated_again_is_not_sought() -> None:
    before = rated(*((1, movie, 5.0, movie) for movie in range(1, 6)))
    after = rated((1, 5, 5.0, 10))

    (example,) = examples(Window(before, after, after), Kind.KNOWN_USER, at_most=10, seed=0)

    assert example.liked.tolist() == []


def test_sampling_more_users_than_wanted_repeats_with_the_seed() -> None:
    (window,) = cut(checkerboard(), [0.6], label_share=0.1)

    one, other = (examples(window, Kind.KNOWN_USER, at_most=3, seed=3) for _ in range(2))

    assert len(one) == 3
    assert [r.user_id for r in one] == [r.user_id for r in other]


def test_a_far_example_holds_all_that_a_known_user_likes_later() -> None:
    before = rated(*((1, movie, 3.0, movie) for movie in range(1, 6)))
    after, much_later = rated((1, 6, 5.0, 10)), rated((1, 7, 5.0, 1_000), (1, 8, 2.0, 1_001), (1, 2, 5.0, 1_002))
    window = Window(before, after, Ratings.concat(after, much_later))

    (example,) = far_examples(window, at_most=10, seed=0)

    assert example.history.movie_id.tolist() == [1, 2, 3, 4, 5]
    assert example.liked.tolist() == [6, 7]
    assert example.liked_before(START_MS + 1_000_000).tolist() == [6]


def test_the_newest_window_has_no_far_examples() -> None:
    *_, before_it, newest = cut(checkerboard(), [0.7, 0.8, 0.9], label_share=0.1)

    assert far_examples(before_it, at_most=10, seed=0)
    assert far_examples(newest, at_most=10, seed=0) == []
