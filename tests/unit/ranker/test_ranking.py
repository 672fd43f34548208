"""Ranking: a full list for everybody, accounts that add up, and the right movies first."""

from datetime import UTC, datetime

import numpy as np
import pytest

from marquee.bundle import BundleParts, load_bundle
from marquee.contracts.bodies import Rung
from marquee.features.movie_features import MovieFeatures
from marquee.state.ratings import UserState
from ranker.ranking import Ranked, rank_similar, rank_user
from ranker.scoring import RankerModel
from support.worlds import a_user, checkerboard, movies_of

NOW = datetime(2020, 1, 1, tzinfo=UTC)
World = tuple[RankerModel, MovieFeatures]


@pytest.fixture(scope="module", params=[("trained", 80), ("modelless", 3)], ids=["model", "retrieval order"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> World:
    name, n_users = request.param
    parts: BundleParts = request.getfixturevalue(name)
    bundle = load_bundle(parts.write(tmp_path_factory.mktemp("bundles"), version="v1", created_at=NOW))
    return RankerModel.of(bundle), movies_of(checkerboard(n_users=n_users), bundle.catalog)


ODD = a_user((1, 5.0), (3, 5.0), (5, 4.0), (2, 1.0))


def ranked(world: World, user: UserState, **wishes: object) -> Ranked:
    model, movies = world
    return rank_user(model, movies, user, **{"k": 10, **wishes})  # type: ignore[arg-type]


def test_given_odd_likes_when_ranked_then_odd_movies_come_first(world: World) -> None:
    found = ranked(world, ODD, k=5)

    assert (found.movie_id % 2 == 1).sum() >= 4


@pytest.mark.parametrize("user", [ODD, UserState.empty(), a_user((999, 5.0))], ids=["known", "new", "elsewhere"])
def test_given_any_user_when_all_is_asked_for_then_every_unrated_movie_stands_once(
    world: World, user: UserState
) -> None:
    found = ranked(world, user, k=500)

    rated = set(user.movie_id.tolist()) & set(range(1, 41))
    assert sorted(found.movie_id.tolist()) == sorted(set(range(1, 41)) - rated)
    assert (np.diff(found.score) <= 0).all()


@pytest.mark.parametrize("user", [ODD, UserState.empty()], ids=["known", "new"])
def test_given_any_user_when_ranked_then_base_and_contributions_add_up_to_the_score(
    world: World, user: UserState
) -> None:
    found = ranked(world, user, k=40)

    assert found.contribution.shape == (len(found), len(found.codes))
    np.testing.assert_allclose(found.base + found.contribution.sum(axis=1), found.score, atol=1e-5)


def test_given_exclusions_and_a_filter_when_ranked_then_both_hold(world: World) -> None:
    allowed = world[1].state.catalog.movie_id <= 20

    found = ranked(world, ODD, k=500, exclude=(7, 9, 12345), allowed=allowed)

    assert sorted(found.movie_id.tolist()) == sorted(set(range(1, 21)) - {1, 2, 3, 5, 7, 9})


def test_given_a_longer_list_when_asked_then_the_shorter_one_is_its_beginning(world: World) -> None:
    assert ranked(world, ODD, k=3).movie_id.tolist() == ranked(world, ODD, k=8).movie_id[:3].tolist()


def test_given_a_new_user_when_ranked_then_the_list_is_cold_and_mixes_genres(world: World) -> None:
    found = ranked(world, UserState.empty(), k=10)

    assert found.rung is Rung.COLD
    assert 2 <= (found.movie_id % 2 == 1).sum() <= 8


def test_given_a_movie_when_similar_are_asked_then_the_parts_add_up_and_unknown_seeds_are_named(world: World) -> None:
    model, movies = world

    found = rank_similar(model, movies.state, 4, k=5, exclude=(6,))

    assert (found.movie_id % 2 == 0).all()
    assert not {4, 6} & set(found.movie_id.tolist())
    np.testing.assert_allclose(found.contribution.sum(axis=1), found.score)
    with pytest.raises(KeyError):
        rank_similar(model, movies.state, 999, k=5)
