"""Filters: all conditions hold together, unknown years fail, unknown lengths stay; cards and rows by one rule."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.contracts.rank_request import Filters
from marquee.contracts.ranking_fields import CardFields
from marquee.state.filters import MovieFilter
from marquee.state.item_stats import ItemStats
from marquee.state.movie_buckets import MovieBuckets
from marquee.state.movie_state import MovieState
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings
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


def rated(catalog: MovieTable, counts: Sequence[int] = ()) -> MovieState:
    """The movies after so many ratings each; those without a count have none."""
    movie_id = np.repeat(catalog.movie_id[: len(counts)], counts)
    users, ones = np.arange(len(movie_id), dtype=np.int64), np.ones(len(movie_id))
    ratings = Ratings(users, movie_id, (3 * ones).astype(np.float32), ones.astype(np.int64))
    return MovieState.of(MovieBuckets.of(ItemStats.of(ratings), catalog))


def ids(filters: Filters, *counts: int) -> list[int]:
    mask = MovieFilter.of(filters).mask(rated(CATALOG, counts))
    assert mask is not None
    return [int(movie) for movie in CATALOG.movie_id[np.flatnonzero(mask)]]


def test_no_filter_gives_no_mask() -> None:
    assert MovieFilter.of(Filters()).mask(rated(CATALOG)) is None


def test_one_of_the_genres_is_enough_whatever_its_case() -> None:
    assert ids(Filters(genres=("drama", "COMEDY"))) == [1, 2, 3]


def test_a_genre_that_no_movie_has_leaves_nothing() -> None:
    assert ids(Filters(genres=("Opera",))) == []


def test_an_unknown_year_fails_a_year_filter() -> None:
    assert ids(Filters(year_min=1985)) == [2, 4]
    assert ids(Filters(year_max=1995)) == [1, 2]


def test_a_movie_of_unknown_length_passes_a_length_filter() -> None:
    assert ids(Filters(runtime_max=150)) == [1, 3, 4]


def test_fame_is_a_share_of_the_most_rated_movies_ratings_and_the_bound_itself_passes() -> None:
    counts = (10, 2, 3)
    assert ids(Filters(ratings_share_max=0.2), *counts) == [2, 4]
    assert ids(Filters(ratings_share_max=0.3), *counts) == [2, 3, 4]
    assert ids(Filters(ratings_share_max=0.0), *counts) == [4]
    assert ids(Filters(ratings_share_max=1.0), *counts) == [1, 2, 3, 4]
    assert ids(Filters(ratings_share_max=0.0)) == [1, 2, 3, 4], "nobody rated anything"


genre_names = st.sampled_from(["Drama", "drama", "CRIME", "Crime", "Film-Noir", "Straße"])
years = st.none() | st.integers(1990, 1995)
movies = st.tuples(
    years, st.none() | st.integers(88, 92), st.lists(genre_names, unique=True, max_size=3), st.integers(0, 4)
)


@st.composite
def filter_wishes(draw: st.DrawFn) -> Filters:
    first, last = draw(years), draw(years)
    if first is not None and last is not None:
        first, last = sorted([first, last])
    genres = tuple(draw(st.lists(genre_names, max_size=2)))
    return Filters(
        genres=genres,
        year_min=first,
        year_max=last,
        runtime_max=draw(st.none() | st.integers(88, 92)),
        ratings_share_max=draw(st.none() | st.sampled_from([0.0, 0.25, 1 / 3, 0.5, 1.0])),
    )


@given(st.lists(movies, max_size=12), filter_wishes())
def test_a_card_passes_exactly_if_its_row_does(
    given_movies: list[tuple[int | None, int | None, list[str], int]], filters: Filters
) -> None:
    table = MovieTable.build(
        [a_movie(movie_id=m, year=year, genres=genres) for m, (year, _, genres, _) in enumerate(given_movies, 1)],
        [an_enriched(movie_id=m, runtime_min=runtime) for m, (_, runtime, _, _) in enumerate(given_movies, 1)],
    )
    wanted = MovieFilter.of(filters)

    counts = [count for *_, count in given_movies]
    mask = wanted.mask(rated(table, counts))

    rows = [True] * len(table) if mask is None else mask.tolist()
    most = max([*counts, 1])
    assert rows == [
        wanted.passes(a_card(m, year, runtime, genres), count / most)
        for m, (year, runtime, genres, count) in enumerate(given_movies, 1)
    ]


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
