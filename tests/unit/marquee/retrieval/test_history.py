"""A history queries newest first: what fades, what counts alike, and what removing a rating changes."""

import numpy as np
import pytest

from marquee.retrieval.history import History, Query
from marquee.state.ratings import UserState
from support.worlds import a_catalog, a_user

CATALOG = a_catalog()
RATED = ((1, 5.0), (2, 2.0), (3, 4.0), (4, 3.0))


def test_ratings_stand_newest_first_in_catalogue_rows() -> None:
    history = History.of(a_user(*RATED, (999, 5.0)), CATALOG)

    assert history.row.tolist() == [3, 2, 1, 0]
    assert history.is_liked.tolist() == [False, True, False, True]
    assert history.mean == 3.5


def test_liked_movies_count_alike_and_taste_fades() -> None:
    weights = History.of(a_user(*((movie, 5.0) for movie in range(1, 31))), CATALOG).weights()

    assert (weights[:, Query.LIKED] == 1).all()
    assert (np.diff(weights[:, Query.TASTE]) < 0).all()
    assert (weights[:, Query.LAST] > 0).sum() == 10


@pytest.mark.parametrize("position", range(len(RATED)))
def test_a_history_without_a_rating_is_that_of_a_user_who_never_made_it(position: int) -> None:
    user = a_user(*RATED)
    removed = int(user.movie_id[::-1][position])

    one, other = History.of(user, CATALOG).without(position), History.of(user.without(removed), CATALOG)

    for column in ("row", "rating", "rated_at", "fade"):
        assert np.array_equal(getattr(one, column), getattr(other, column)), column
    assert one.mean == other.mean


@pytest.mark.parametrize("count", range(1, len(RATED) + 1))
def test_older_ratings_weigh_as_if_the_newest_had_not_been_made(count: int) -> None:
    history = History.of(a_user(*RATED), CATALOG).head(count)

    np.testing.assert_array_equal(history.weights_without_newest(), history.without(0).weights())


def test_an_empty_history_has_no_mean_and_no_weights() -> None:
    only_one = History.of(a_user((1, 5.0)), CATALOG)
    for history in (History.empty(), History.of(UserState.empty(), CATALOG), only_one.without(0)):
        assert len(history) == 0
        assert np.isnan(history.mean)
        assert history.weights().shape == (0, len(Query))
