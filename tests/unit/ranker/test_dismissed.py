"""Dismissed movies leave the user's list; they are not taken for rated ones."""

from collections.abc import Sequence

import pytest

from marquee.contracts.ranking_fields import RankingFields
from marquee.state.ratings import UserState
from ranker.online import KnownUser
from ranker.serving import Serving
from support.serving import KNOWN, answer_for, modelless, trained


def ids(answer: RankingFields) -> list[int]:
    return [card["movie_id"] for card in answer["items"]]


def people() -> list[tuple[Serving, UserState, str | None]]:
    nobody = UserState.empty()
    return [
        (trained(), KNOWN, None),
        (trained(), nobody, None),
        (trained(), KNOWN, "redis"),
        (modelless(), KNOWN, None),
    ]


@pytest.mark.parametrize("at", range(4), ids=["personal", "cold", "stale", "retrieval"])
@pytest.mark.parametrize("places", [[0], [1, 3], [0, 1, 2, 3, 4]], ids=str)
def test_dismissed_movies_are_left_out_as_if_the_request_excluded_them(at: int, places: Sequence[int]) -> None:
    serving, state, missing = people()[at]
    before = answer_for(serving, KnownUser(state, missing), {"k": 12, "explain": False})
    gone = [ids(before)[place] for place in places]

    after = answer_for(serving, KnownUser(state, missing, frozenset(gone)), {"k": 5})

    assert len(after["items"]) == 5
    assert not set(gone) & set(ids(after))
    assert after["items"] == answer_for(serving, KnownUser(state, missing), {"k": 5, "exclude": gone})["items"]


def test_a_dismissed_movie_is_not_taken_for_a_rated_one() -> None:
    dismissed = KnownUser(KNOWN, dismissed=frozenset({30}))
    one, other = answer_for(trained(), KnownUser(KNOWN), {"k": 5}), answer_for(trained(), dismissed, {"k": 5})

    reasons = [reason for card in other["items"] for reason in card["reasons"]]
    assert 30 not in {evidence.get("movie_id") for reason in reasons for evidence in reason["evidence"]}
    assert other["meta"]["freshness"] == one["meta"]["freshness"]
