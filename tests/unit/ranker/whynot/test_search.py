"""The search: what it finds is enough and holds nothing that could be left out, and it stops when it must."""

from dataclasses import dataclass, field
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranker.whynot.search import Search
from ranker.whynot.trials import Changes, Outcome

K = 10
NEEDED = 100


@dataclass
class Weights:
    """A movie whose place is a sum: it crosses the line when the changes weigh NEEDED together."""

    weights: dict[int, int]
    into: bool
    tries: int = 1_000
    tried: list[tuple[int, ...]] = field(default_factory=list)

    @property
    def is_spent(self) -> bool:
        return len(self.tried) >= self.tries

    def outcome(self, changes: Changes) -> Outcome | None:
        if self.is_spent:
            return None
        self.tried.append(tuple(changes))
        lacking = NEEDED - self.sum(changes)
        is_across = lacking <= 0
        rank = K if is_across is self.into else K + 1
        return Outcome(rank, -lacking if self.into else lacking)

    def sum(self, movies: object) -> int:
        assert isinstance(movies, dict | tuple)
        return sum(self.weights[movie] for movie in movies)


def search(world: Weights, *, largest: int = 3) -> Search:
    return Search([{movie: None} for movie in world.weights], world, K, into=world.into, largest=largest)


@given(weights=st.lists(st.integers(-20, 110), min_size=1, max_size=9), into=st.booleans())
@settings(deadline=None)
def test_what_is_found_is_enough_and_minimal(weights: list[int], into: bool) -> None:
    world = Weights(dict(enumerate(weights)), into)

    found = search(world).smallest()

    if found is None:
        assert max(weights) < NEEDED
        return
    movies = tuple(found.changes)
    assert world.sum(movies) >= NEEDED
    for size in range(1, len(movies)):
        assert all(world.sum(part) < NEEDED for part in combinations(movies, size))


@given(weights=st.lists(st.integers(0, 110), min_size=3, max_size=7), into=st.booleans())
@settings(deadline=None)
def test_of_few_changes_the_smallest_number_that_is_enough_is_found(weights: list[int], into: bool) -> None:
    world = Weights(dict(enumerate(weights)), into)
    enough = [size for size in (1, 2, 3) if sum(sorted(weights)[-size:]) >= NEEDED]

    found = search(world).smallest()

    assert (len(found.changes) if found else None) == (enough[0] if enough else None)


@pytest.mark.parametrize("tries", [0, 1, 3, 5])
def test_it_stops_when_nothing_more_may_be_tried(tries: int) -> None:
    world = Weights(dict.fromkeys(range(6), 40), into=True, tries=tries)

    assert search(world).smallest() is None
    assert len(world.tried) == tries


def test_two_changes_of_one_rating_are_never_made_at_once() -> None:
    world = Weights({1: 60, 2: 30}, into=True)
    singles: list[Changes] = [{1: 5.0}, {1: None}, {2: 5.0}]

    assert Search(singles, world, K, into=True, largest=3).smallest() is None
    assert all(len(set(movies)) == len(movies) for movies in world.tried)


def test_the_most_promising_single_change_is_tried_first_and_is_enough() -> None:
    world = Weights({4: 120, 2: 130}, into=False)

    found = search(world).smallest()

    assert found is not None
    assert (list(found.changes), world.tried) == ([4], [(4,)])
