"""Slices: who and what is in them, and how the ranker does there, worked out by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from marquee.contracts.events import MovieListed
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
from support.worlds import DAY_MS, START_MS, a_user, movies_of
from trainer.examples import Example, Kind
from trainer.measures import measured, no_lists
from trainer.sliced import printable_slices, sliced
from trainer.slices import movie_slices, user_slices

GENRES = [("Drama",), ("Drama", "War"), ("War",), ("Comedy",), ()]
YEARS = [1989, 1990, 1999, None, 2000]
TIMES_RATED = [6, 2, 1, 1, 0]


def a_small_catalog() -> MovieTable:
    return MovieTable.build(
        MovieListed(movie_id=at + 1, title=f"Movie {at + 1}", year=year, genres=genres)
        for at, (genres, year) in enumerate(zip(GENRES, YEARS, strict=True))
    )


def some_ratings() -> Ratings:
    movie_id = np.repeat(np.arange(1, 6), TIMES_RATED)
    n = len(movie_id)
    return Ratings(np.arange(n), movie_id, np.full(n, 5, np.float32), START_MS + DAY_MS * np.arange(n))


STATE = movies_of(some_ratings(), a_small_catalog()).state
TERMS = sparse.csr_array(np.eye(5, dtype=np.float32))


def lists_of(*examples: Example, **rows: list[int]) -> pd.DataFrame:
    ranked = [(one, {system: np.array(each, np.intp) for system, each in rows.items()}) for one in examples]
    return measured(ranked, STATE, TERMS)


def an_example(user_id: int, *liked: int, kind: Kind = Kind.KNOWN_USER) -> Example:
    return Example(kind, user_id, a_user((5, 4.0)), np.array(liked, np.int64), np.arange(len(liked)))


def test_the_tail_has_the_least_rated_movies_up_to_a_fifth_of_the_ratings() -> None:
    found = movie_slices(STATE)

    # of 10 ratings the last three movies have 1 + 1 + 0 = 2; with the second it would be 4
    assert found["tail movies"].tolist() == [False, False, True, True, True]
    assert found["head movies"].tolist() == [True, True, False, False, False]


def test_movies_rated_equally_often_are_in_the_tail_together_or_not_at_all() -> None:
    every = movies_of(some_ratings().take(np.array([0, 6, 8, 9])), a_small_catalog()).state  # four rated once

    assert movie_slices(every)["tail movies"].tolist() == [False, False, False, False, True]


def test_a_movie_is_in_the_slices_of_its_genres_and_its_decade() -> None:
    found = movie_slices(STATE)

    names = ["genre Comedy", "genre Drama", "genre War", "the 1980s", "the 1990s", "the 2000s"]
    assert list(found)[2:] == names
    assert found["genre War"].tolist() == [False, True, True, False, False]
    assert found["the 1990s"].tolist() == [False, True, True, False, False]


def test_users_are_active_and_mild_above_the_median() -> None:
    found = user_slices(np.array([True, False, False]), np.array([5, 9, 5]), np.array([3.0, 3.0, 4.0]))

    assert found["newcomers"].tolist() == [True, False, False]
    assert found["active users"].tolist() == [False, True, False]
    assert found["mild raters"].tolist() == [False, False, True]
    empty = user_slices(np.empty(0, bool), np.empty(0, np.int64), np.empty(0))
    assert {len(chosen) for chosen in empty.values()} == {0}


def test_of_a_slice_of_movies_these_alone_are_to_be_found() -> None:
    lists = lists_of(an_example(1, 1, 3), an_example(2, 1), marquee=[0, 2], ease=[2, 0])

    found = sliced(lists, {0: movie_slices(STATE)}, min_users=1)["slices"]

    # user 1 alone liked the tail movie 3: second with the ranker, first with EASE
    tail = found["tail movies"]
    assert (tail["lists"], tail["users"], tail["best_baseline"]) == (1, 1, "ease")
    assert tail["ndcg@10"]["mean"] == pytest.approx(1 / np.log2(3))
    assert tail["difference"]["mean"] == pytest.approx(1 / np.log2(3) - 1)
    assert found["head movies"]["ndcg@10"]["mean"] == 1.0
    assert found["head movies"]["users"] == 2


def test_a_user_with_two_lists_counts_once_in_a_slice() -> None:
    both = (an_example(1, 1), an_example(1, 3, kind=Kind.NEWCOMER))
    lists = lists_of(*both, an_example(2, 1), marquee=[0, 2], ease=[2, 0])

    found = sliced(lists, {0: {}}, min_users=1)["slices"]["less active users"]

    assert (found["lists"], found["users"]) == (3, 2)
    assert found["ndcg@10"]["mean"] == pytest.approx(((1 + 1 / np.log2(3)) / 2 + 1) / 2)


def test_slices_of_too_few_users_are_left_out_and_named() -> None:
    lists = lists_of(an_example(1, 1), an_example(2, 1), marquee=[0], ease=[2])

    found = sliced(lists, {0: movie_slices(STATE)}, min_users=2)

    assert "genre Drama" in found["slices"]
    assert found["slices_left_out"]["genre War"] == 0
    json.dumps(found, allow_nan=False)


def test_without_lists_there_are_no_slices() -> None:
    assert sliced(no_lists(), {}, min_users=1) == {"slices": {}, "slices_left_out": {}}


def test_a_printed_slice_has_its_difference_to_the_best_single_model() -> None:
    lists = lists_of(an_example(1, 1), marquee=[0], ease=[2])

    table = printable_slices(sliced(lists, {0: {}}, min_users=1))

    assert table.loc["known users", "best single model"] == "ease"
    assert table.loc["known users", "marquee minus it"] == "1.0000 [1.000, 1.000]"
