"""Explanations of the real data: fifty people's places are those of their lists, and what would change them does."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest

from marquee.contracts.explain_bodies import Explanation
from ranker.online import KnownUser
from ranker.whynot.explaining import Budget
from support.explaining import explained_for, ranks, with_ratings
from support.real_world import RealWorld
from support.worlds import state_of

USERS, SEARCHED, K, LONGEST = 50, 12, 25, 500
PLACES = (9, 18, 24, 27, 45, 99)
"""Of the movies that are explained, from 0: half of them are in the list."""


@dataclass(frozen=True)
class Case:
    """A person, their longest list, and explanations of some movies of it."""

    user: KnownUser
    listed: dict[int, int]
    items: tuple[Explanation, ...]


def people(world: RealWorld) -> list[KnownUser]:
    ratings = world.training.ratings
    return [KnownUser(state_of(ratings, user)) for user in np.unique(ratings.user_id)[::12][:USERS].tolist()]


@pytest.fixture(scope="module")
def cases(world: RealWorld) -> list[Case]:
    """Every try is a ranking, so that only some people's changes are searched."""
    serving, found = world.training.serving, []
    for user in people(world)[:SEARCHED]:
        listed = ranks(serving, user, {"k": LONGEST})
        wishes = {"k": K, "movie_ids": [list(listed)[place] for place in PLACES], "explain": False}
        answer = explained_for(serving, user, wishes, world.copy.get, budget=Budget(tries=24, seconds=60))
        found.append(Case(user, listed, answer.items))
    return found


def test_every_place_is_that_of_the_longest_list_for_fifty_people(world: RealWorld) -> None:
    for user in people(world):
        listed = ranks(world.training.serving, user, {"k": LONGEST})
        asked = [*list(listed)[::25][:15], *user.state.movie_id.tolist()[:3]]
        wishes = {"k": K, "movie_ids": asked, "explain": False}
        items = explained_for(world.training.serving, user, wishes, world.copy.get, budget=Budget(tries=0)).items
        for item in items:
            if item.excluded_by is None or item.excluded_by.rule != "not_a_candidate":  # it only fills up a long list
                assert item.rank == listed.get(item.movie_id)
            else:
                assert listed[item.movie_id] > (item.excluded_by.source_limit or 0)


def test_every_change_that_is_found_moves_the_movie_to_the_place_that_is_named(
    cases: list[Case], world: RealWorld
) -> None:
    entering = [(case, item) for case in cases for item in case.items if item.would_enter]
    for case, item in entering:
        assert item.would_enter is not None
        changed = {change.movie_id: change.rating for change in item.would_enter.changes}
        again = ranks(world.training.serving, with_ratings(case.user, changed), {"k": K})
        assert again.get(item.movie_id) == item.would_enter.rank_after

    outside = sum(not item.in_list for case in cases for item in case.items)
    assert len(entering) >= 0.8 * outside, f"{len(entering)} of {outside}"


def test_without_the_ratings_that_are_found_the_movie_leaves_and_with_any_of_them_it_stays(
    cases: list[Case], world: RealWorld
) -> None:
    leaving = [(case, item) for case in cases for item in case.items if item.would_leave]
    for case, item in leaving:
        assert item.would_leave is not None
        gone = [each.movie_id for each in item.would_leave.without]
        again = ranks(world.training.serving, with_ratings(case.user, dict.fromkeys(gone)), {"k": LONGEST})
        rank = again.get(item.movie_id, LONGEST + 1)
        assert rank > K
        assert item.would_leave.rank_after in (rank, None)
        for size in range(1, len(gone)):
            for part in combinations(gone, size):
                rest = ranks(world.training.serving, with_ratings(case.user, dict.fromkeys(part)), {"k": K})
                assert item.movie_id in rest, "fewer ratings are enough"

    inside = sum(item.in_list for case in cases for item in case.items)
    assert len(leaving) >= 0.5 * inside, f"{len(leaving)} of {inside}"
