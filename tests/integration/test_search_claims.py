"""The searches that people try on the real catalogue find what they mean."""

import pytest

from gateway.finding import SearchIndex
from support.real_data import real_data
from support.real_search import Movie, Popularity, real_movies, search_index, searches

SEARCHES = searches()
KINDS = list(dict.fromkeys(search.kind for search in SEARCHES))


@pytest.fixture(scope="module")
def movies() -> list[Movie]:
    """The tests are skipped without the real data."""
    data = real_data()
    if not (data / "tmdb" / "movies.csv").exists():
        pytest.skip(f"no MovieLens and TMDB data at {data}; set MARQUEE_TEST_DATA")
    return real_movies(data)


@pytest.fixture(scope="module")
def index(movies: list[Movie]) -> SearchIndex:
    return search_index(movies)


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_type_finds_the_movie_that_they_mean(movies: list[Movie], index: SearchIndex, kind: str) -> None:
    missed = missing(movies, index, kind)

    assert not missed


def missing(movies: list[Movie], index: SearchIndex, kind: str) -> list[str]:
    """The searches of a kind of whose first hits none is the movie that is meant, and what they are instead."""
    by_id = {movie.movie_id: movie for movie in movies}
    popularity = Popularity.of(movies)
    missed: list[str] = []
    for search in (each for each in SEARCHES if each.kind == kind):
        found = [by_id[hit.movie_id] for hit in index.search(search.query, popularity)][: search.within]
        if (search.title, search.year) not in {(movie.titles[0], movie.year) for movie in found}:
            missed.append(f"{search.query}: {search.title} ({search.year}) is not in {[m.titles[0] for m in found]}")
    return missed
