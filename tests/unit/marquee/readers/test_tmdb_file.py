"""TMDB metadata from a CSV file."""

from pathlib import Path

import pytest

from marquee.contracts.events import MetadataStatus
from marquee.errors import Misconfigured
from marquee.readers.tmdb_file import TmdbFile
from support.builders import a_movie

HEADER = (
    "tmdb_id,imdb_id,title,original_title,release_date,runtime,popularity,vote_average,vote_count,genres,"
    "original_language,director,poster_path,overview,status,budget,revenue,keywords"
)
HEAT = (
    "949,tt0113277,Heat,Heat,1995-12-15,170,17.5,7.9,6500,Action|Crime,en,Michael Mann | A. Nother,/a.jpg,"
    '"One, two",Released,0,0,heist|heist|bank'
)


def a_snapshot(tmp_path: Path, *lines: str, header: str = HEADER) -> TmdbFile:
    path = tmp_path / "movies.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return TmdbFile.read(path)


def test_every_column_of_a_row_fills_its_field(tmp_path: Path) -> None:
    movie = a_movie(movie_id=6).model_copy(update={"tmdb_id": 949})

    answer = a_snapshot(tmp_path, HEAT).answer(movie)

    assert (answer.movie_id, answer.status, answer.title) == (6, MetadataStatus.FOUND, "Heat")
    assert (answer.release_year, answer.runtime_min, answer.vote_count) == (1995, 170, 6500)
    assert answer.directors == ("Michael Mann", "A. Nother")
    assert answer.genres == ("Action", "Crime")
    assert answer.keywords == ("heist", "bank")
    assert (answer.overview, answer.poster_path) == ("One, two", "/a.jpg")


@pytest.mark.parametrize("tmdb_id", [None, 1])
def test_a_movie_without_a_row_or_a_tmdb_id_is_not_found(tmp_path: Path, tmdb_id: int | None) -> None:
    answer = a_snapshot(tmp_path, HEAT).answer(a_movie().model_copy(update={"tmdb_id": tmdb_id}))

    assert answer.status is MetadataStatus.NOT_FOUND


def test_the_same_file_read_twice_gives_equal_answers(tmp_path: Path) -> None:
    movie = a_movie().model_copy(update={"tmdb_id": 949})
    first = a_snapshot(tmp_path, HEAT)

    assert first.answer(movie) == TmdbFile.read(tmp_path / "movies.csv").answer(movie)
    assert first.digest == TmdbFile.read(tmp_path / "movies.csv").digest


def test_fields_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    row = "949,,Heat,,soon,long,,x,,,,,no-slash.jpg,,,,,"

    answer = a_snapshot(tmp_path, row).answer(a_movie().model_copy(update={"tmdb_id": 949}))

    assert (answer.title, answer.release_year, answer.runtime_min, answer.poster_path) == ("Heat", None, None, None)


def test_rows_without_a_usable_id_are_counted(tmp_path: Path) -> None:
    assert a_snapshot(tmp_path, HEAT, "x,,A", ",,B").unusable == 2


def test_the_missing_rest_of_a_short_row_is_unknown(tmp_path: Path) -> None:
    answer = a_snapshot(tmp_path, "949,,Heat").answer(a_movie().model_copy(update={"tmdb_id": 949}))

    assert (answer.status, answer.overview, answer.genres) == (MetadataStatus.FOUND, None, ())


def test_a_file_that_is_not_tmdbs_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="must name tmdb_id and title"):
        a_snapshot(tmp_path, header="id,name")
    with pytest.raises(Misconfigured, match="cannot read the TMDB snapshot"):
        TmdbFile.read(tmp_path / "missing.csv")


def test_the_real_file_covers_the_known_part_of_the_catalogue(data_dir: Path) -> None:
    import csv

    snapshot = TmdbFile.read(data_dir / "tmdb" / "movies.csv")
    with (data_dir / "ml-latest-small" / "links.csv").open(newline="") as file:
        ids = [row["tmdbId"] for row in csv.DictReader(file)]

    assert sum(bool(id_) and int(id_) in snapshot.rows for id_ in ids) == 9_622
