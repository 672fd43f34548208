"""Training lists: what is kept of the described examples."""

import weakref
from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pytest

from marquee.features.describe import Described
from marquee.retrieval.fitted import fit_retrieval
from support.worlds import START_MS, a_catalog, checkerboard, movies_of
from trainer.examples import Kind, examples
from trainer.held_out import held_out_examples
from trainer.lists import DescribedExample, TrainingLists, described_examples
from trainer.windows import cut

RATINGS, CATALOG = checkerboard(), a_catalog()
MOVIES = movies_of(RATINGS, CATALOG)


def described() -> Iterator[DescribedExample]:
    (window,) = cut(RATINGS, [0.1], label_share=0.9)
    found = examples(window, Kind.NEWCOMER, at_most=100, seed=0, revealed=(0.3, 0.6))
    return described_examples(found, fit_retrieval(window.before, CATALOG), MOVIES, newest_ms=START_MS)


@pytest.mark.parametrize(
    "read",
    [lambda each: TrainingLists.of(each, window=0), lambda each: held_out_examples(each, MOVIES.state)],
    ids=["lists", "held_out"],
)
def test_what_retrieval_scored_for_an_example_is_let_go_before_many_more(
    read: Callable[[Iterable[DescribedExample]], object],
) -> None:
    made: list[weakref.ref[Described]] = []

    def watched() -> Iterator[DescribedExample]:
        for one in described():
            made.append(weakref.ref(one.known))
            assert sum(each() is not None for each in made) <= 3  # the last ones, in the hands of the loops
            yield one

    kept = read(watched())

    assert len(made) > 20
    assert kept
    assert not any(each() for each in made)


@pytest.mark.parametrize("at_most", [1, 3, 7])
def test_lists_chosen_at_even_distances_are_whole_and_in_order(at_most: int) -> None:
    lists = TrainingLists.of(described(), window=0)
    every = list(lists.matrices())

    found = lists.spread(at_most)

    chosen = [number * len(lists) // at_most for number in range(at_most)]
    assert len(found) == at_most < len(lists)
    assert all(np.array_equal(one, every[at], equal_nan=True) for one, at in zip(found.matrices(), chosen, strict=True))
    assert found.size.sum() == len(found.label) == len(found.features)
    assert lists.spread(len(lists)) is lists
