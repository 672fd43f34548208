"""Filters: all conditions hold together, unknown years fail, unknown lengths stay; cards and rows by one rule."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.contracts.rank_request import Filters
from marquee.contracts.ranking_fields import CardFields
from marquee.state.filters import MovieFilter
from marquee.state.movie_table import MovieTable
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
    mask = MovieFilter.of(filters).mask(CATALOG)
    assert mask is not None
    return [int(movie) for movie in CATALOG.movie_id[np.flatnonzero(mask)]]


def test_no_filter_gives_no_mask() -> None:
    assert MovieFilter.of(Filters()).mask(CATALOG) is None


def test_one_of_the_genres_is_enough_whatever_its_case() -> None:
    assert ids(Filters(genres=("drama", "COMEDY"))) == [1, 2, 3]


def test_a_genre_that_no_movie_has_leaves_nothing() -> None:
    assert ids(Filters(genres=("Opera",))) == []


def test_an_unknown_year_fails_a_year_filter() -> None:
    assert ids(Filters(year_min=1985)) == [2, 4]
    assert ids(Filters(year_max=1995)) == [1, 2]


def test_a_movie_of_unknown_length_passes_a_length_filter() -> None:
    assert ids(Filters(runtime_max=150)) == [1, 3, 4]


genre_names = st.sampled_from(["Drama", "drama", "CRIME", "Crime", "Film-Noir", "Straße"])
years = st.none() | st.integers(1990, 1995)
movies = st.tuples(years, st.none() | st.integers(88, 92), st.lists(genre_names, unique=True, max_size=3))


@st.composite
def filter_wishes(draw: st.DrawFn) -> Filters:
    first, last = draw(years), draw(years)
    if first is not None and last is not None:
        first, last = sorted([first, last])
    genres = tuple(draw(st.lists(genre_names, max_size=2)))
    return Filters(genres=genres, year_min=first, year_max=last, runtime_max=draw(st.none() | st.integers(88, 92)))


@given(st.lists(movies, max_size=12), filter_wishes())
def test_a_card_passes_exactly_if_its_row_does(
    given_movies: list[tuple[int | None, int | None, list[str]]], filters: Filters
) -> None:
    table = MovieTable.build(
        [a_movie(movie_id=m, year=year, genres=genres) for m, (year, _, genres) in enumerate(given_movies, 1)],
        [an_enriched(movie_id=m, runtime_min=runtime) for m, (_, runtime, _) in enumerate(given_movies, 1)],
    )
    wanted = MovieFilter.of(filters)

    mask = wanted.mask(table)

    rows = [True] * len(table) if mask is None else mask.tolist()
    assert rows == [wanted.passes(a_card(m, *movie)) for m, movie in enumerate(given_movies, 1)]


def a_card(movie_id: int, year: int | None, runtime: int | None, genres: list[str]) -> CardFields:
    title = f"Movie {movie_id}"
    return {
        "movie_id": movie_id,
        "title": title,
        "year": year,
        "genres": genres,
        "runtime": runtime,
        "poster_url": None,
    }
