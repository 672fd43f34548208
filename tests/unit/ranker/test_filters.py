"""Filters as masks: all conditions together, unknown years out, unknown lengths in."""

import numpy as np

from marquee.contracts.bodies import Filters
from marquee.state.movie_table import MovieTable
from ranker.filters import allowed
from support.builders import a_movie, an_enriched

CATALOG = MovieTable.build(
    [
        a_movie(movie_id=1, year=1980, genres=("Drama",)),
        a_movie(movie_id=2, year=1990, genres=("Drama", "Crime")),
        a_movie(movie_id=3, year=None, genres=("Comedy",)),
        a_movie(movie_id=4, year=2000, genres=()),
    ],
    [an_enriched(movie_id=1, runtime_min=100), an_enriched(movie_id=2, runtime_min=200)],
)


def ids(filters: Filters) -> list[int]:
    mask = allowed(CATALOG, filters)
    assert mask is not None
    return [int(movie) for movie in CATALOG.movie_id[np.flatnonzero(mask)]]


def test_given_no_filter_when_masked_then_there_is_no_mask() -> None:
    assert allowed(CATALOG, Filters()) is None


def test_given_genres_when_masked_then_any_of_them_is_enough_whatever_the_case() -> None:
    assert ids(Filters(genres=("drama", "COMEDY"))) == [1, 2, 3]


def test_given_a_genre_nobody_has_when_masked_then_nothing_is_left() -> None:
    assert ids(Filters(genres=("Opera",))) == []


def test_given_years_when_masked_then_unknown_years_fail() -> None:
    assert ids(Filters(year_min=1985)) == [2, 4]
    assert ids(Filters(year_max=1995)) == [1, 2]


def test_given_a_length_when_masked_then_unknown_lengths_stay() -> None:
    assert ids(Filters(runtime_max=150)) == [1, 3, 4]
