"""Whom a ranking is for: a guest is ranked as a user with the same ratings, and a list begins like a longer one."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from marquee.contracts.rank_request import GuestRating, GuestSubject, Override, RankRequest
from marquee.errors import Refused
from marquee.state.ratings import UserState
from ranker.online import KnownUser
from ranker.serving import Serving
from ranker.subjects import guest, order_for, shown_for, with_overrides
from support.serving import KNOWN, answer_for, found_or_filled_up, modelless, trained
from support.worlds import a_user

NOW_MS = 1_700_000_000_000


def test_a_guests_ratings_are_in_the_order_given_and_the_last_is_from_now() -> None:
    somebody = guest([GuestRating(movie_id=9, rating=5.0), GuestRating(movie_id=3, rating=0.5)], now_ms=NOW_MS)

    assert somebody.state.movie_id.tolist() == [9, 3]
    assert somebody.state.rating.tolist() == [5.0, 0.5]
    assert somebody.state.rated_at.tolist() == [NOW_MS - 1, NOW_MS]
    assert (somebody.missing, somebody.dismissed) == (None, frozenset())


def test_a_guest_gets_card_for_card_what_a_user_with_these_ratings_gets() -> None:
    pairs = zip(KNOWN.movie_id.tolist(), KNOWN.rating.tolist(), strict=True)
    ratings = [GuestRating(movie_id=movie, rating=stars) for movie, stars in pairs]
    stored = UserState.of(KNOWN.movie_id, KNOWN.rating, NOW_MS - np.arange(len(KNOWN), dtype=np.int64)[::-1])

    own = answer_for(trained(), guest(ratings, now_ms=NOW_MS), {"k": 12})

    assert own["items"] == answer_for(trained(), KnownUser(stored), {"k": 12})["items"]
    assert own["meta"]["rung"] == "personal"


@pytest.mark.parametrize("stars", [0.5, None])
def test_an_override_ranks_as_if_the_rating_had_been_another_or_none(stars: float | None) -> None:
    overridden = with_overrides(KnownUser(KNOWN), [Override(movie_id=1, rating=stars)])

    at = KNOWN.movie_id == 1
    copy = KNOWN.without(1) if stars is None else replace(KNOWN, rating=np.where(at, stars, KNOWN.rating))
    assert overridden.state.rated_at.tolist() == copy.rated_at.tolist()
    ranked = answer_for(trained(), overridden, {"k": 12})["items"]
    assert ranked == answer_for(trained(), KnownUser(copy), {"k": 12})["items"]
    assert ranked != answer_for(trained(), KnownUser(KNOWN), {"k": 12})["items"]


def test_an_override_of_an_unrated_movie_is_refused_unless_the_history_is_unknown() -> None:
    overrides = [Override(movie_id=1, rating=4.0), Override(movie_id=30, rating=4.0)]

    with pytest.raises(Refused) as refused:
        with_overrides(KnownUser(KNOWN), overrides)

    assert [field for field, _ in refused.value.errors] == ["overrides[1].movie_id"]
    stale = with_overrides(KnownUser(KNOWN, missing="redis"), overrides)
    assert len(stale.state) == len(KNOWN)


@pytest.mark.parametrize("serving", [trained, modelless], ids=["model", "retrieval"])
@given(
    rated=st.dictionaries(st.integers(1, 40), st.sampled_from([1.0, 3.0, 4.0, 5.0]), max_size=12),
    k=st.integers(1, 40),
    more=st.integers(1, 40),
    is_filled_up=st.booleans(),
)
def test_a_list_is_the_beginning_of_every_longer_one(
    serving: Callable[[], Serving], rated: dict[int, float], k: int, more: int, is_filled_up: bool
) -> None:
    user = KnownUser(a_user(*rated.items()) if rated else UserState.empty())
    served = found_or_filled_up(serving()) if is_filled_up else serving()

    shorter = shown_for(served, user, RankRequest(user_id=1, k=k)).ranked()

    longer = shown_for(served, user, RankRequest(user_id=1, k=k + more)).ranked()
    assert shorter.movie_id.tolist() == longer.movie_id[:k].tolist()
    np.testing.assert_allclose(shorter.score, longer.score[:k])
    assert len(shorter) == min(k, 40 - len(rated))


def test_taking_places_of_an_order_accounts_for_exactly_these_movies() -> None:
    order = order_for(trained(), KnownUser(KNOWN), RankRequest(user_id=1), at_least=0)

    taken = order.take(np.array([3, 0]))

    assert taken.movie_id.tolist() == order.movie_id[[3, 0]].tolist()
    np.testing.assert_allclose(taken.base + taken.contribution.sum(axis=1), taken.score, atol=1e-4)
    assert len(order.first(10_000)) == len(order)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ratings": []}, "ratings"),
        ({"ratings": [{"movie_id": 1, "rating": 5.0}] * 501}, "ratings"),
        ({"ratings": [{"movie_id": 1, "rating": 5.0}, {"movie_id": 1, "rating": 4.0}]}, "ratings"),
        ({"ratings": [{"movie_id": 1, "rating": 5.3}]}, "rating"),
        ({"ratings": [{"movie_id": 1, "rating": 5.0, "rated_at": "now"}]}, "rated_at"),
        ({"user_id": 1, "content": 0.5}, "content"),
        ({"movie_id": 1, "overrides": [{"movie_id": 2, "rating": 4.0}]}, "overrides"),
        ({"user_id": 1, "overrides": [{"movie_id": 2, "rating": 4.0}] * 2}, "overrides"),
        ({"user_id": 1, "overrides": [{"movie_id": 2, "rating": 4.0}] * 51}, "overrides"),
        ({"user_id": 1, "overrides": [{"movie_id": 2}]}, "rating"),
        ({"movie_id": 1, "content": 1.5}, "content"),
        ({"user_ids": [1]}, "user_ids"),
        ({"user_ids": [1, 2, 3, 4, 5, 6, 7]}, "user_ids"),
        ({"user_ids": [1, 2, 1]}, "user_ids"),
        ({"user_ids": [1, 2], "blend": "max"}, "blend"),
        ({"user_id": 1, "blend": "min"}, "blend"),
        ({"user_ids": [1, 2], "overrides": [{"movie_id": 2, "rating": 4.0}]}, "overrides"),
        ({"movie_id": 1, "mute": ["era"]}, "mute"),
        ({"user_id": 1, "mute": ["era"] * 21}, "mute"),
        ({"user_id": 1, "mute": [""]}, "mute"),
        ({"user_id": 1, "movie_id": 2}, "movie_id"),
        ({"user_id": 1, "user_ids": [2, 3]}, "user_ids"),
        ({"movie_id": 1, "ratings": [{"movie_id": 1, "rating": 5.0}]}, "ratings"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(body: dict[str, object], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        RankRequest.model_validate(body)

    assert field in refused.value.errors()[0]["loc"]


def test_ratings_are_a_guests_and_a_request_names_one_subject() -> None:
    ratings = [{"movie_id": 2, "rating": 4.5}]

    request = RankRequest.model_validate({"ratings": ratings})

    assert request.subject == GuestSubject((GuestRating(movie_id=2, rating=4.5),))
    with pytest.raises(ValidationError, match="exactly one"):
        RankRequest.model_validate({"ratings": ratings, "user_id": 1})
