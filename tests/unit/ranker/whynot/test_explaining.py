"""Explaining: places are those of the list, parts add up, and every change that is named does what is said of it."""

from dataclasses import replace
from functools import cache
from itertools import combinations

import numpy as np
import pytest

from marquee.contracts.explain_bodies import Explained, Explanation
from marquee.contracts.ranking_bodies import Rung
from marquee.contracts.ranking_fields import CardFields, card_without_details
from marquee.errors import Refused
from marquee.state.ratings import UserState
from ranker.online import KnownUser
from ranker.whynot.explaining import Budget
from support.explaining import explained_for, ranks, with_ratings
from support.serving import KNOWN, answer_for, modelless, trained
from support.worlds import a_user

K = 5
PERSON = KnownUser(KNOWN)
NO_SEARCH = Budget(tries=0)
UNRATED = [movie for movie in range(1, 41) if movie not in KNOWN.movie_id]
EVEN_FAN = KnownUser(a_user((2, 5.0), (4, 5.0), (8, 3.0), (9, 4.0), (10, 5.0), (12, 2.5)))
PEOPLE = {"odd": PERSON, "even": EVEN_FAN}


def all_explained(person: KnownUser, *, budget: Budget) -> list[Explanation]:
    """Every movie of the world that the person has not rated."""
    unrated = [movie for movie in range(1, 41) if movie not in person.state.movie_id]
    wishes = [{"k": K, "movie_ids": half} for half in (unrated[:20], unrated[20:])]
    return [item for each in wishes for item in explained_for(trained(), person, each, budget=budget).items]


@cache
def searched(person: str) -> list[Explanation]:
    """With what would change each place; every try is a ranking, so this is done once."""
    return all_explained(PEOPLE[person], budget=Budget(tries=24, seconds=60))


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_a_place_is_the_rank_in_a_long_list(person: KnownUser) -> None:
    places = {item.movie_id: item.rank for item in all_explained(person, budget=NO_SEARCH)}

    assert places == ranks(trained(), person, {"k": 40})


def test_what_is_in_the_list_has_the_card_of_the_list() -> None:
    listed = {card["movie_id"]: card for card in answer_for(trained(), PERSON, {"k": K})["items"]}

    items = [item for item in all_explained(PERSON, budget=NO_SEARCH) if item.in_list]

    assert {item.movie_id for item in items} == set(listed)
    for item in items:
        card = listed[item.movie_id]
        assert (item.rank, item.score, item.sources) == (card["rank"], card["score"], card["sources"])
        assert [reason.text for reason in item.reasons] == [reason["text"] for reason in card["reasons"]]


def test_the_parts_of_every_explained_score_add_up() -> None:
    for item in all_explained(PERSON, budget=NO_SEARCH):
        assert item.score is not None
        assert item.base + sum(reason.contribution for reason in item.reasons) == pytest.approx(item.score, abs=1e-4)


def test_a_gap_is_the_difference_of_two_scores_and_the_sum_of_its_families() -> None:
    kth = answer_for(trained(), PERSON, {"k": K})["items"][-1]
    parts_of_kth = {reason["code"]: reason["contribution"] for reason in kth["reasons"]}

    for item in all_explained(PERSON, budget=NO_SEARCH):
        if item.movie_id == kth["movie_id"]:
            assert item.gap is None
            continue
        assert item.gap is not None
        assert item.score is not None
        assert item.gap.to_rank == K
        assert item.gap.score == pytest.approx(item.score - kth["score"])
        assert sum(family.difference for family in item.gap.families) == pytest.approx(item.gap.score, abs=2e-4)
        own = {reason.code: reason.contribution for reason in item.reasons}
        for family in item.gap.families:
            assert family.contribution == pytest.approx(own.get(family.code, 0))
            assert family.kth_contribution == pytest.approx(parts_of_kth.get(family.code, 0))
        sizes = [family.difference * np.sign(item.gap.score) for family in item.gap.families]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_change_that_would_bring_a_movie_in_does_so_when_ranked_again(name: str) -> None:
    person, found = PEOPLE[name], [item for item in searched(name) if item.would_enter is not None]

    assert len(found) >= 3
    for item in found:
        assert item.would_enter is not None
        assert not item.in_list
        changed = {change.movie_id: change.rating for change in item.would_enter.changes}
        stars = dict(zip(person.state.movie_id.tolist(), person.state.rating.tolist(), strict=True))
        assert [c.rating_before for c in item.would_enter.changes] == [stars.get(movie) for movie in changed]
        again = ranks(trained(), with_ratings(person, changed), {"k": K})
        assert again[item.movie_id] == item.would_enter.rank_after
        for single in changed.items():
            if len(changed) > 1:
                assert item.movie_id not in ranks(trained(), with_ratings(person, dict([single])), {"k": K})


@pytest.mark.parametrize("name", PEOPLE)
def test_without_the_named_ratings_a_movie_leaves_and_with_any_of_them_it_stays(name: str) -> None:
    person, found = PEOPLE[name], [item for item in searched(name) if item.would_leave is not None]

    assert len(found) >= 2
    for item in found:
        assert item.would_leave is not None
        assert item.in_list
        gone = [each.movie_id for each in item.would_leave.without]
        after = ranks(trained(), with_ratings(person, dict.fromkeys(gone)), {"k": 40})
        assert after.get(item.movie_id) == item.would_leave.rank_after
        assert item.would_leave.rank_after is None or item.would_leave.rank_after > K
        for size in range(1, len(gone)):
            for part in combinations(gone, size):
                rest = ranks(trained(), with_ratings(person, dict.fromkeys(part)), {"k": K})
                assert item.movie_id in rest, "fewer ratings are enough"


@pytest.mark.parametrize("mute", [["liked_similar"], ["Genre1"]])
def test_without_a_belief_places_and_parts_are_those_of_the_list_without_it(mute: list[str]) -> None:
    wishes = {"k": K, "movie_ids": UNRATED[:20], "mute": mute}
    items = explained_for(trained(), PERSON, wishes, budget=NO_SEARCH).items

    listed = ranks(trained(), PERSON, {"k": 40, "mute": mute})
    assert {item.movie_id: item.rank for item in items} == {movie: listed[movie] for movie in UNRATED[:20]}
    assert listed != ranks(trained(), PERSON, {"k": 40})
    for item in items:
        assert item.score is not None
        assert item.base + sum(reason.contribution for reason in item.reasons) == pytest.approx(item.score, abs=1e-4)
        codes = [family.code for family in item.gap.families] if item.gap else []
        assert not set(mute) & set(codes)


def test_nothing_is_searched_without_a_budget_and_no_more_than_the_tries() -> None:
    none = all_explained(PERSON, budget=Budget(seconds=0))
    some = explained_for(
        trained(), PERSON, {"k": K, "movie_ids": UNRATED[:6]}, budget=Budget(tries=3, seconds=60)
    ).items

    assert {item.tried for item in none} == {0}
    assert all(item.would_enter is None and item.would_leave is None for item in none)
    assert max(item.tried for item in some) == 3


def test_a_rated_movie_says_its_stars_and_where_it_would_stand_without_them() -> None:
    [item] = explained_for(trained(), PERSON, {"k": K, "movie_ids": [1]}).items

    assert item.excluded_by is not None
    assert (item.excluded_by.rule, item.excluded_by.rating, item.rank) == ("rated", 5.0, None)
    assert item.would_enter is not None
    assert [(c.movie_id, c.rating, c.rating_before) for c in item.would_enter.changes] == [(1, None, 5.0)]
    assert item.would_enter.rank_after == ranks(trained(), with_ratings(PERSON, {1: None}), {"k": K})[1]


@pytest.mark.parametrize(
    ("person", "wishes", "rule"),
    [
        (replace(PERSON, dismissed=frozenset({7})), {}, "dismissed"),
        (PERSON, {"exclude": [7]}, "excluded"),
        (PERSON, {"filters": {"year_min": 1999}}, "filter"),
        (PERSON, {"filters": {"genres": ["Genre0"], "runtime_max": 100}}, "filter"),
        (PERSON, {"filters": {"ratings_share_max": 0.01}}, "filter"),
        (replace(PERSON, dismissed=frozenset({7})), {"exclude": [7], "filters": {"year_min": 1999}}, "dismissed"),
    ],
)
def test_the_rule_that_keeps_a_movie_out_is_named(person: KnownUser, wishes: dict[str, object], rule: str) -> None:
    [item] = explained_for(trained(), person, {"k": K, "movie_ids": [7], **wishes}).items

    assert item.excluded_by is not None
    assert item.excluded_by.rule == rule
    assert (item.rank, item.score, item.reasons, item.gap, item.tried) == (None, None, (), None, 0)
    assert 7 not in ranks(trained(), person, {"k": 40, **wishes})
    assert item.text == item.excluded_by.detail


def test_every_filter_that_a_movie_fails_is_named_with_its_value() -> None:
    filters = {"genres": ["Genre0", "None"], "year_min": 1999, "runtime_max": 100}  # movie 7: 1997, Genre1, 120 min

    [item] = explained_for(trained(), PERSON, {"k": K, "movie_ids": [7], "filters": filters}).items

    assert item.excluded_by is not None
    failed = [(each.name, each.wanted, each.value) for each in item.excluded_by.filters]
    assert failed == [
        ("genres", "Genre0, None", "Genre1"),
        ("year_min", "1999", "1997"),
        ("runtime_max", "100", "120"),
    ]


def test_a_movie_listed_after_the_training_is_known_and_not_in_the_model() -> None:
    [item] = explained_for(trained(), PERSON, {"movie_ids": [4_000]}).items

    assert item.excluded_by is not None
    assert (item.excluded_by.rule, item.title) == ("not_in_model", "Movie 4000")


def test_movies_that_nobody_knows_are_refused_by_their_places() -> None:
    def nothing(_: int) -> CardFields | None:
        return None

    with pytest.raises(Refused) as refused:
        explained_for(trained(), PERSON, {"movie_ids": [7, 4_000, 9, 5_000]}, nothing)

    assert refused.value.status == 422
    assert [field for field, _ in refused.value.errors] == ["movie_ids[1]", "movie_ids[3]"]


def test_somebody_without_ratings_gets_the_places_of_the_cold_list() -> None:
    nobody = KnownUser(UserState.empty())
    answer = explained_for(trained(), nobody, {"k": K, "movie_ids": list(range(1, 11))})

    assert answer.meta.rung is Rung.COLD
    listed = ranks(trained(), nobody, {"k": 40})
    assert [item.rank for item in answer.items] == [listed[item.movie_id] for item in answer.items]
    assert all(item.would_leave is None for item in answer.items)
    entered = [item for item in answer.items if item.would_enter]
    assert entered
    for item in entered:
        assert item.would_enter is not None
        changed = {change.movie_id: change.rating for change in item.would_enter.changes}
        again = ranks(trained(), with_ratings(nobody, changed), {"k": K})
        assert again[item.movie_id] == item.would_enter.rank_after


def test_without_a_model_places_are_those_of_the_retrieval_order() -> None:
    answer = explained_for(modelless(), PERSON, {"k": K, "movie_ids": UNRATED[:20]}, budget=NO_SEARCH)

    assert (answer.meta.rung, answer.meta.degraded) == (Rung.RETRIEVAL, ("model",))
    listed = ranks(modelless(), PERSON, {"k": 40})
    assert [item.rank for item in answer.items] == [listed[item.movie_id] for item in answer.items]


def test_an_old_history_is_explained_and_said_to_be_old() -> None:
    answer = explained_for(trained(), replace(PERSON, missing="redis"), {"k": K, "movie_ids": [7]}, budget=NO_SEARCH)

    assert (answer.meta.rung, answer.meta.degraded) == (Rung.STALE, ("redis",))
    assert answer.items[0].rank == ranks(trained(), PERSON, {"k": 40})[7]


def test_items_keep_the_order_of_the_request_and_the_answer_is_the_published_body() -> None:
    answer = explained_for(trained(), PERSON, {"k": K, "movie_ids": [9, 1, 40, 7]})

    assert [item.movie_id for item in answer.items] == [9, 1, 40, 7]
    assert Explained.model_validate_json(answer.model_dump_json(), strict=True, extra="forbid") == answer
    assert answer.meta.candidates == len(UNRATED)
    assert card_without_details(9)["title"] == answer.items[0].title
