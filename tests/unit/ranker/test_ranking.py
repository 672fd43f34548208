"""Ranking: everybody gets a full list, scores are the sums of their parts, and the right movies come first."""

import numpy as np
import pytest

from marquee.contracts.ranking_bodies import Rung
from marquee.state.ratings import UserState
from ranker.ranking import Ranked, rank_user
from ranker.serving import Serving
from ranker.similar_order import rank_similar
from support.serving import KNOWN, modelless, trained
from support.worlds import a_user


@pytest.fixture(params=[trained, modelless], ids=["model", "retrieval order"])
def served(request: pytest.FixtureRequest) -> Serving:
    found: Serving = request.param()
    return found


def ranked(served: Serving, user: UserState, *, k: int = 10) -> Ranked:
    return rank_user(served.model, served.movies, user, k=k)


def test_for_a_user_who_likes_odd_movies_odd_movies_come_first(served: Serving) -> None:
    found = ranked(served, KNOWN, k=5)

    assert (found.movie_id % 2 == 1).sum() >= 4


@pytest.mark.parametrize("user", [KNOWN, UserState.empty(), a_user((999, 5.0))], ids=["known", "new", "elsewhere"])
def test_a_long_enough_list_holds_every_unrated_movie_once(served: Serving, user: UserState) -> None:
    found = ranked(served, user, k=500)

    rated = set(user.movie_id.tolist()) & set(range(1, 41))
    assert sorted(found.movie_id.tolist()) == sorted(set(range(1, 41)) - rated)
    assert (np.diff(found.score) <= 0).all()


@pytest.mark.parametrize("user", [KNOWN, UserState.empty()], ids=["known", "new"])
def test_base_and_contributions_add_up_to_the_score(served: Serving, user: UserState) -> None:
    found = ranked(served, user, k=40)

    assert found.contribution.shape == (len(found), len(found.codes))
    np.testing.assert_allclose(found.base + found.contribution.sum(axis=1), found.score, atol=1e-5)


def test_exclusions_and_a_filter_hold_together(served: Serving) -> None:
    allowed = served.catalog.movie_id <= 20

    found = rank_user(served.model, served.movies, KNOWN, k=500, exclude=(7, 9, 12345), allowed=allowed)

    assert sorted(found.movie_id.tolist()) == sorted(set(range(1, 21)) - {1, 2, 3, 5, 7, 9})


def test_a_shorter_list_is_the_beginning_of_a_longer_one(served: Serving) -> None:
    assert ranked(served, KNOWN, k=3).movie_id.tolist() == ranked(served, KNOWN, k=8).movie_id[:3].tolist()


def test_a_new_user_gets_the_cold_list_which_mixes_genres(served: Serving) -> None:
    found = ranked(served, UserState.empty(), k=10)

    assert found.rung is Rung.COLD
    assert 2 <= (found.movie_id % 2 == 1).sum() <= 8


def test_similar_movies_have_parts_that_add_up_and_an_unknown_seed_is_an_error(served: Serving) -> None:
    found = rank_similar(served.model, served.movies, 4, k=5, exclude=(6,))

    assert (found.movie_id % 2 == 0).all()
    assert not {4, 6} & set(found.movie_id.tolist())
    np.testing.assert_allclose(found.contribution.sum(axis=1), found.score)
    with pytest.raises(KeyError):
        rank_similar(served.model, served.movies, 999, k=5)


@pytest.mark.parametrize("user", [KNOWN, UserState.empty()], ids=["known", "new"])
def test_taking_places_reorders_and_cuts_every_part_of_a_ranking(served: Serving, user: UserState) -> None:
    whole = ranked(served, user, k=10)
    at = np.array([7, 0, 3])

    part = whole.take(at)

    assert len(part) == 3
    for name in ("row", "movie_id", "score", "contribution"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[at])
    assert part.sources == tuple(whole.sources[place] for place in (7, 0, 3))
    assert (part.rung, part.base, part.codes, part.history) == (whole.rung, whole.base, whole.codes, whole.history)
    if whole.model_input is None:
        assert part.model_input is None
    else:
        assert part.model_input is not None
        np.testing.assert_array_equal(part.model_input.x, whole.model_input.x[at])
        assert part.model_input.context is whole.model_input.context
    assert len(whole.take(at[:0])) == 0
