"""Ranking again what was answered: whom it says something of, and what is found."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from marquee.arrays import Float32Array
from marquee.contracts.rank_request import RankRequest
from marquee.state.ratings import UserState
from ranker.beside.looking import Asked, ShadowFailed, SomebodyWaits, compared, is_comparable, is_plain, looked_at
from ranker.online import KnownUser
from ranker.ranking import rank_user
from ranker.serving import Serving
from support.serving import KNOWN, trained
from support.worlds import a_user


class Scores:
    """A model of the test's own in place of an ONNX file."""

    def __init__(self, value: float, *, fails: bool = False) -> None:
        self.value, self.fails = value, fails

    def __call__(self, features: Float32Array) -> Float32Array:
        if self.fails:
            raise IndexError("row 7")
        return np.full(len(features), self.value, np.float32)


def scoring(scorer: Scores) -> Serving:
    serving = trained()
    return replace(serving, model=replace(serving.model, scorer=scorer))  # type: ignore[arg-type]  # in its place


ASKED = Asked(1, KnownUser(KNOWN), trained())


@pytest.mark.parametrize(
    ("wishes", "user", "is_it"),
    [
        ({}, KnownUser(KNOWN), True),
        ({"k": 50, "diversity": 0.5, "explain": False}, KnownUser(KNOWN), True),
        ({"filters": {"year_min": 2030}}, KnownUser(KNOWN), False),
        ({"exclude": [3]}, KnownUser(KNOWN), False),
        ({"mute": ["genre:Genre0"]}, KnownUser(KNOWN), False),
        ({"overrides": [{"movie_id": 1, "rating": 1.0}]}, KnownUser(KNOWN), False),
        ({}, KnownUser(KNOWN, missing="redis"), False),
        ({}, KnownUser(UserState.empty()), False),
    ],
)
def test_only_a_known_users_ranking_without_wishes_speaks_for_or_against_a_model(
    wishes: Mapping[str, Any], user: KnownUser, is_it: bool
) -> None:
    assert is_plain(RankRequest.model_validate({"user_id": 1, **wishes}), user) is is_it


@pytest.mark.parametrize(
    "subject", [{"movie_id": 1}, {"user_ids": [1, 2]}, {"ratings": [{"movie_id": 1, "rating": 5}]}]
)
def test_movies_groups_and_guests_do_not_speak_of_a_model(subject: Mapping[str, Any]) -> None:
    assert not is_plain(RankRequest.model_validate(subject), KnownUser(KNOWN))


@pytest.mark.parametrize(
    ("stars", "is_it"),
    [((5, 5, 4, 1, 2), True), ((5, 4, 1, 2), False), ((5, 5, 5, 4, 4), False), ((3, 3, 1, 2, 2), False), ((), False)],
)
def test_features_are_compared_of_users_with_ratings_of_which_some_are_likes(
    stars: tuple[float, ...], is_it: bool
) -> None:
    state = a_user(*((movie, float(given)) for movie, given in enumerate(stars, start=1)))

    assert is_comparable(KnownUser(state)) is is_it


def test_the_same_model_as_a_shadow_has_the_champions_first_ten() -> None:
    found = compared(ASKED, trained(), is_free=lambda: True, with_features=True)

    assert (found.overlap, found.is_finite, found.is_empty) == (1.0, True, False)
    assert found.seen is not None
    assert (found.seen.lists, found.ms >= 0, found.champion_ms >= 0) == (1, True, True)


def test_overlap_is_the_share_of_the_champions_first_ten() -> None:
    flat = scoring(Scores(0.0))
    flat = replace(flat, model=replace(flat.model, bundle=replace(flat.model.bundle, onnx=None, trees=None)))
    theirs, ours = (rank_user(one.model, one.movies, KNOWN, k=10).movie_id.tolist() for one in (flat, trained()))

    found = compared(ASKED, flat, is_free=lambda: True, with_features=False)

    assert found.overlap == len(set(ours) & set(theirs)) / 10
    assert found.seen is None


def test_scores_that_are_no_numbers_are_noticed() -> None:
    found = compared(ASKED, scoring(Scores(float("nan"))), is_free=lambda: True, with_features=False)

    assert not found.is_finite
    assert not looked_at(replace(ASKED, serving=scoring(Scores(float("inf")))), with_features=False).is_finite


@pytest.mark.parametrize(
    ("scorer", "why"),
    [
        (Scores(0, fails=True), "IndexError: row 7"),
        (Scores(99.0), "ReasonsDoNotAddUp: base"),  # its account of the scores is another model's
    ],
)
def test_a_shadow_that_fails_or_cannot_account_for_its_scores_is_told_by_its_error(scorer: Scores, why: str) -> None:
    with pytest.raises(ShadowFailed, match=why):
        compared(ASKED, scoring(scorer), is_free=lambda: True, with_features=False)


def test_a_request_that_came_meanwhile_goes_first() -> None:
    with pytest.raises(SomebodyWaits):
        compared(ASKED, scoring(Scores(0, fails=True)), is_free=lambda: False, with_features=False)
