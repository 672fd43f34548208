"""A list for several people: nobody's own movies, the strengths that a blend promises, and each person's own sums."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marquee.contracts.rank_request import Blend, GroupSubject, RankRequest
from marquee.contracts.ranking_bodies import Ranking, Rung
from marquee.state.ratings import UserState
from ranker.groups import GroupOrder, group_order_for
from ranker.online import KnownUser
from ranker.serving import Serving
from ranker.subjects import order_for
from support.serving import KNOWN, found_or_filled_up, group_answer_for, modelless, trained
from support.worlds import a_user

ODD = KnownUser(KNOWN)
EVEN = KnownUser(a_user((2, 5.0), (4, 5.0), (6, 4.5), (1, 1.5)), dismissed=frozenset({8}))
NEW = KnownUser(UserState.empty())
THEIRS = {1, 2, 3, 4, 5, 6, 8}
"""What ODD and EVEN rated or dismissed."""


@pytest.fixture(params=[trained, modelless], ids=["model", "retrieval order"])
def served(request: pytest.FixtureRequest) -> Serving:
    found: Serving = request.param()
    return found


def order_of(served: Serving, users: list[KnownUser], blend: Blend = Blend.MEAN, **wishes: Any) -> GroupOrder:
    request = RankRequest(user_ids=tuple(range(1, len(users) + 1)), blend=blend, **wishes)
    return group_order_for(served, users, request, blend, at_least=request.k)


def answered(served: Serving, users: list[KnownUser], **wishes: Any) -> Ranking:
    return Ranking.model_validate(group_answer_for(served, users, wishes))


def test_nobodys_rated_dismissed_or_excluded_movie_is_in_the_list(served: Serving) -> None:
    order = order_of(served, [ODD, EVEN, NEW], exclude=(40,), k=500)

    assert set(served.catalog.movie_id[order.row].tolist()) == set(range(1, 40)) - THEIRS


@pytest.mark.parametrize("blend", list(Blend))
def test_the_score_is_the_blend_of_strengths_and_never_rises(served: Serving, blend: Blend) -> None:
    ranking = answered(served, [ODD, EVEN], blend=blend, k=12)

    assert [card.rank for card in ranking.items] == list(range(1, 13))
    for card in ranking.items:
        own = [person.strength for person in card.people]
        assert card.score == pytest.approx(sum(own) / 2 if blend is Blend.MEAN else min(own))
        assert (card.base, card.reasons) == (0.0, ())
    assert all(one.score >= next_one.score for one, next_one in pairwise(ranking.items))


def test_min_gives_the_least_satisfied_person_as_much_as_can_be(served: Serving) -> None:
    best = order_of(served, [ODD, EVEN], Blend.MIN)

    everything = order_of(served, [ODD, EVEN], Blend.MEAN, k=500)
    assert best.strength[:, 0].min() == everything.strength.min(axis=0).max()


@pytest.mark.parametrize("place", [0, 1])
def test_everybodys_best_movie_has_strength_one_and_strength_follows_their_score(served: Serving, place: int) -> None:
    order = order_of(served, [ODD, EVEN], k=500)

    own = order.take(np.arange(len(order)))[place].score
    strength = order.strength[place]
    assert strength.max() == 1.0
    assert (strength > 0).all()
    assert (np.diff(strength[np.argsort(own, kind="stable")]) >= 0).all()


def test_each_person_has_the_score_of_their_own_ranking_without_the_others_movies() -> None:
    order = order_of(trained(), [ODD, EVEN], k=500)

    for place, user in enumerate([ODD, EVEN]):
        alone = order_for(trained(), user, RankRequest(user_id=1, exclude=tuple(THEIRS)), at_least=500)
        ours = order.take(np.arange(len(order)))[place]
        expected = dict(zip(alone.row.tolist(), alone.score.tolist(), strict=True))
        assert {row: pytest.approx(score) for row, score in expected.items()} == dict(
            zip(ours.row.tolist(), ours.score.tolist(), strict=True)
        )


def test_each_persons_reasons_add_up_to_that_persons_score(served: Serving) -> None:
    ranking = answered(served, [ODD, EVEN, NEW])

    assert ranking.items
    for card in ranking.items:
        assert [person.user_id for person in card.people] == [1, 2, 3]
        for person in card.people:
            parts = sum(reason.contribution for reason in person.reasons)
            assert person.base + parts == pytest.approx(person.score, abs=1e-4)
            assert person.reasons


def test_the_order_of_people_changes_nothing_but_the_order_of_their_parts(served: Serving) -> None:
    one, other = order_of(served, [ODD, EVEN, NEW]), order_of(served, [NEW, ODD, EVEN])

    assert one.row.tolist() == other.row.tolist()
    np.testing.assert_array_equal(one.strength[[2, 0, 1]], other.strength)


@settings(max_examples=30)
@given(
    k=st.integers(1, 20),
    more=st.integers(1, 20),
    blend=st.sampled_from(Blend),
    is_filled_up=st.booleans(),
    rated=st.dictionaries(st.integers(1, 40), st.sampled_from([1.0, 4.0, 5.0]), max_size=6),
)
def test_a_groups_list_is_the_beginning_of_every_longer_one(
    k: int, more: int, blend: Blend, is_filled_up: bool, rated: dict[int, float]
) -> None:
    served = found_or_filled_up(trained()) if is_filled_up else trained()
    users = [ODD, KnownUser(a_user(*rated.items()) if rated else UserState.empty())]

    shorter, longer = order_of(served, users, blend, k=k), order_of(served, users, blend, k=k + more)

    assert shorter.row[:k].tolist() == longer.row[:k].tolist()
    np.testing.assert_allclose(shorter.score[:k], longer.score[:k])


@pytest.mark.parametrize(
    ("users", "rung", "rungs", "degraded"),
    [
        ([ODD, EVEN], Rung.PERSONAL, (Rung.PERSONAL, Rung.PERSONAL), ()),
        ([ODD, NEW], Rung.PERSONAL, (Rung.PERSONAL, Rung.COLD), ()),
        ([NEW, NEW], Rung.COLD, (Rung.COLD, Rung.COLD), ()),
        ([KnownUser(KNOWN, missing="redis"), EVEN], Rung.STALE, (Rung.STALE, Rung.PERSONAL), ("redis",)),
        ([ODD, KnownUser(UserState.empty(), missing="redis")], Rung.PERSONAL, (Rung.PERSONAL, Rung.COLD), ("redis",)),
    ],
    ids=["known", "one new", "all new", "one stale", "one unknown without Redis"],
)
def test_a_group_is_as_good_as_its_worst_known_member_and_says_who_is_cold(
    users: list[KnownUser], rung: Rung, rungs: tuple[Rung, ...], degraded: tuple[str, ...]
) -> None:
    ranking = answered(trained(), users)

    assert (ranking.meta.rung, ranking.meta.degraded) == (rung, degraded)
    assert tuple(person.rung for person in ranking.items[0].people) == rungs


def test_without_a_model_the_whole_group_is_in_retrieval_order() -> None:
    ranking = answered(modelless(), [ODD, EVEN])

    assert (ranking.meta.rung, ranking.meta.degraded) == (Rung.RETRIEVAL, ("model",))


def test_diversity_mixes_a_groups_genres_and_without_explain_nobody_gets_reasons() -> None:
    plain, diverse = (answered(trained(), [ODD, ODD], k=8, diversity=d, explain=False) for d in (0.0, 1.0))

    genres = [len({movie % 2 for movie in ids(ranking)[:4]}) for ranking in (plain, diverse)]
    assert genres == [1, 2]
    assert not any(person.reasons for card in plain.items for person in card.people)


def ids(ranking: Ranking) -> list[int]:
    return [card.movie_id for card in ranking.items]


def test_a_group_of_one_taste_gets_the_list_of_that_taste() -> None:
    alone = order_for(trained(), ODD, RankRequest(user_id=1), at_least=0)

    together = order_of(trained(), [ODD, ODD])

    assert together.row.tolist() == alone.row.tolist()


def test_a_request_for_a_group_has_a_blend_of_its_own() -> None:
    assert RankRequest(user_ids=(3, 1)).subject == GroupSubject((3, 1), Blend.MEAN)
    assert RankRequest(user_ids=(3, 1), blend=Blend.MIN).subject == GroupSubject((3, 1), Blend.MIN)
