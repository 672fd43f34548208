"""The catalogue joins MovieLens and TMDB by movie id and finds rows by id."""

import numpy as np

from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.state.movie_table import MovieTable
from support.worlds import EPOCH, a_catalog


def test_rows_ascend_by_movie_id() -> None:
    listed = [MovieListed(movie_id=m, title=str(m)) for m in (7, 2, 5)]

    catalog = MovieTable.build(listed)

    assert catalog.movie_id.tolist() == [2, 5, 7]
    assert catalog.titles == ("2", "5", "7")
    assert np.isnan(catalog.year).all()
    assert np.isnan(catalog.runtime_min).all()
    assert catalog.genres.shape == (3, 0)


def test_the_row_of_an_unknown_movie_is_minus_one() -> None:
    catalog = a_catalog(4)

    rows = catalog.rows(np.array([4, 99, 1, 0], np.int64))

    assert rows.tolist() == [3, -1, 0, -1]


def test_an_empty_table_knows_no_movie() -> None:
    catalog = MovieTable.build([])

    assert catalog.rows(np.array([1, 2], np.int64)).tolist() == [-1, -1]


def test_tmdb_fills_what_movielens_leaves_open() -> None:
    listed = [
        MovieListed(movie_id=1, title="Nameless"),
        MovieListed(movie_id=2, title="Own", year=1950, genres=("War",)),
    ]
    found = [
        MovieEnriched(
            movie_id=m, status=MetadataStatus.FOUND, release_year=1999, genres=("Science Fiction",), fetched_at=EPOCH
        )
        for m in (1, 2, 3)
    ]

    catalog = MovieTable.build(listed, found)

    assert catalog.year.tolist() == [1999.0, 1950.0]
    assert catalog.genre_names == ("Sci-Fi", "War")
    assert catalog.genres.tolist() == [[True, False], [False, True]]


def test_imax_and_no_genres_are_not_genres() -> None:
    catalog = MovieTable.build([MovieListed(movie_id=1, title="A", genres=("Action", "IMAX", "(no genres listed)"))])

    assert catalog.genre_names == ("Action",)
