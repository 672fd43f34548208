"""Retrieval does what its configuration says, when it is fitted and when it is asked."""

import numpy as np
import pytest
from pydantic import ValidationError

from marquee.features.describe import described
from marquee.retrieval.config import DEFAULTS, QueryConfig, RetrievalConfig
from marquee.retrieval.fitted import Link, fit_retrieval
from marquee.retrieval.history import History
from marquee.state.ratings import Ratings
from support.worlds import a_catalog, a_user, checkerboard, movies_of


def test_candidates_per_source_are_those_of_the_fitted_configuration() -> None:
    ratings, catalog = checkerboard(), a_catalog()
    retrieval = fit_retrieval(ratings, catalog, RetrievalConfig(per_source=2))

    known = described(retrieval, movies_of(ratings, catalog), a_user((1, 5.0), (3, 5.0)))

    assert known is not None
    assert known.candidates.rank.max() == 1


def test_a_history_fades_and_ends_as_the_config_says() -> None:
    config = RetrievalConfig(query=QueryConfig(fade=1.0, floor=0.1, max_ratings=2))
    user = a_user((1, 5.0), (2, 5.0), (3, 5.0), (4, 5.0))

    known = described(fit_retrieval(checkerboard(), a_catalog(), config), movies_of(checkerboard(), a_catalog()), user)

    assert known is not None
    np.testing.assert_allclose(known.history.fade, [1, np.exp(-1), np.exp(-2), 0.1], rtol=1e-6)
    assert len(known.history.recent) == 2


def test_a_large_catalogue_keeps_a_share_of_the_neighbours() -> None:
    config = RetrievalConfig(many_movies=10, neighbours_of_many=0.02)

    fitted = fit_retrieval(checkerboard(), a_catalog(), config)

    per_movie = np.diff(fitted.link(Link.EASE).tocsr().indptr)
    assert per_movie.max() == round(DEFAULTS.ease.neighbours * 0.02)


def test_a_history_without_a_rating_is_as_if_it_had_never_been_made() -> None:
    catalog = a_catalog()
    history = History.of(a_user((1, 5.0), (2, 1.0), (3, 4.0)), catalog)

    without = history.without(1)

    expected = History.of(a_user((1, 5.0), (3, 4.0)), catalog)
    np.testing.assert_array_equal(without.row, expected.row)
    np.testing.assert_array_equal(without.weights(), expected.weights())
    assert without.mean == expected.mean


@pytest.mark.parametrize("name", ["ease", "ease_all", "item_knn", "rp3beta"])
def test_likes_of_today_outweigh_more_numerous_ones_of_long_ago_where_a_model_fades(name: str) -> None:
    once = [(user, movie) for user in range(1, 7) for movie in (1, 2)]
    today = [(user, movie) for user in range(7, 11) for movie in (1, 3)]
    apart = [(user, movie) for user in range(11, 17) for movie in (4, 5)]
    user_id, movie_id = np.array([*once, *apart, *today]).T
    ratings = Ratings(user_id, movie_id, np.full(len(user_id), 5, np.float32), np.arange(len(user_id)))
    own = {"shrink": 0.0} if name == "item_knn" else {}
    plain, fading = (RetrievalConfig.model_validate({name: {**own, "fading": fading}}) for fading in (0.0, 5.0))

    before, after = (fit_retrieval(ratings, a_catalog(5), config) for config in (plain, fading))

    row, link = 0, Link[name.upper()]
    assert before.link(link)[[row]].toarray().argmax() == 1
    assert after.link(link)[[row]].toarray().argmax() == 2
    for other in set(Link) - {link}:
        np.testing.assert_array_equal(before.link(other).toarray(), after.link(other).toarray())


@pytest.mark.parametrize("wrong", [{"per_source": 0}, {"per_sorce": 50}, {"ease": {"reg": float("inf")}}])
def test_a_value_that_cannot_be_and_a_name_that_does_not_exist_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RetrievalConfig.model_validate(wrong)
