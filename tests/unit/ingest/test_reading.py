"""Every row of a data set is validated, counted by reason and written down, and the rest is read."""

from pathlib import Path

import pytest

from ingest.layouts import layout_of
from marquee.errors import Misconfigured
from support.movielens_files import MOVIES, RATINGS, a_directory, write
from support.reading import GOOD, NOW_S, rated, read


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_clean_files_are_read_completely(tmp_path: Path, line_end: str) -> None:
    data, rejects = read(a_directory(tmp_path / "ml", line_end=line_end))

    assert rejects == []
    assert rated(data) == GOOD
    assert [(m.movie_id, m.title, m.year, m.imdb_id, m.tmdb_id) for m in data.movies] == [
        (1, "Toy Story", 1995, "tt0114709", 862),
        (2, "The Matrix", 1999, "tt0133093", 603),
        (3, "Babylon 5", None, "tt0105946", None),
    ]
    assert (data.rows_read, data.users) == (3, 2)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1,3,4.0", "wrong_column_count"),
        ("1,3,4.0,964982703,extra", "wrong_column_count"),
        ("", "wrong_column_count"),
        ("1,3,7,964982703", "bad_rating"),
        ("1,3,0,964982703", "bad_rating"),
        ("1,3,3.7,964982703", "bad_rating"),
        ("1,3,nan,964982703", "not_a_number"),
        ("1,three,4.0,964982703", "not_a_number"),
        ("0x1,3,4.0,964982703", "not_a_number"),
        ("1,3,good,964982703", "not_a_number"),
        ("1,3,4.0,yesterday", "not_a_number"),
        ("1,3,,964982703", "not_a_number"),
        (b"1,3,4.0,96498\xff2703", "not_utf8"),
        ("0,3,4.0,964982703", "bad_id"),
        ("-1,3,4.0,964982703", "bad_id"),
        ("1,-3,4.0,964982703", "bad_id"),
        ("1,999,4.0,964982703", "unknown_movie"),
        ("1,3,4.0,12", "bad_timestamp"),
        ("1,3,4.0,1800000000", "bad_timestamp"),
        ("1,3,4.0,-5", "bad_timestamp"),
    ],
)
def test_a_bad_row_is_noted_with_its_line_and_the_rest_is_read(tmp_path: Path, line: str | bytes, reason: str) -> None:
    lines: list[str | bytes] = [RATINGS[0], line, *RATINGS[1:]]

    data, rejects = read(a_directory(tmp_path / "ml", ratings=lines))

    assert rated(data) == GOOD
    raw = line if isinstance(line, str) else "1,3,4.0,96498\\xff2703"
    assert rejects == [("ratings.csv", 3, reason, raw)]
    assert data.rows_read == 4


def test_the_newest_of_two_ratings_of_a_movie_stays_and_the_other_is_noted(
    tmp_path: Path,
) -> None:
    lines = ["7,1,1.0,1000000300", "7,2,3.0,1000000000", "7,1,5.0,1000000400", "7,1,2.0,1000000200", *RATINGS]

    data, rejects = read(a_directory(tmp_path / "ml", ratings=lines))

    assert [row for row in rated(data) if row[0] == 7] == [(7, 2, 3.0, 1000000000), (7, 1, 5.0, 1000000400)]
    assert [(line, reason) for _, line, reason, _ in rejects] == [(2, "duplicate"), (5, "duplicate")]


def test_the_last_of_equally_old_repeats_in_the_file_stays(tmp_path: Path) -> None:
    lines = ["7,1,1.0,1000000300", "7,1,5.0,1000000300"]

    data, _ = read(a_directory(tmp_path / "ml", ratings=lines))

    assert rated(data) == [(7, 1, 5.0, 1000000300)]


def test_rows_of_users_in_any_order_are_read_user_by_user(tmp_path: Path) -> None:
    data, _ = read(a_directory(tmp_path / "ml", ratings=[RATINGS[2], RATINGS[0], RATINGS[1]]))

    assert rated(data) == GOOD


def test_bad_movies_and_links_are_counted_and_good_ones_stay(tmp_path: Path) -> None:
    bad: list[str | bytes] = [
        "4,,Drama",
        "x,Heat (1995),Drama",
        "1,Twice (1995),Drama",
        "5",
        b"6,\xff (1995),Drama",
    ]
    links = ["1,0114709,862", "2,abc,603", "99,0105946,5", "3,0105946"]
    padding = [f"{at},Movie {at} (2000),Drama" for at in range(10, 20)]

    data, rejects = read(a_directory(tmp_path / "ml", movies=[*MOVIES, *bad, *padding], links=links))

    assert [m.movie_id for m in data.movies] == [1, 2, 3, *range(10, 20)]
    assert data.movies[1].tmdb_id is None
    assert sorted((name, line, reason) for name, line, reason, _ in rejects) == [
        ("links.csv", 3, "bad_link"),
        ("links.csv", 4, "unknown_movie"),
        ("links.csv", 5, "wrong_column_count"),
        ("movies.csv", 5, "bad_movie"),
        ("movies.csv", 6, "bad_movie"),
        ("movies.csv", 7, "duplicate"),
        ("movies.csv", 8, "wrong_column_count"),
        ("movies.csv", 9, "not_utf8"),
    ]


def test_a_byte_order_mark_quotes_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    folder = a_directory(tmp_path / "ml", links=None)
    header = b"\xef\xbb\xbf" + b'"timestamp","userId","movieId","rating","note"'
    write(folder / "ratings.csv", [header, '"964982703","1","1","4.0","a, b"', "964982931,1,2,5.0,"])

    data, rejects = read(folder)

    assert (rated(data), rejects) == (GOOD[:2], [])


def test_a_last_row_without_a_line_end_counts(tmp_path: Path) -> None:
    folder = a_directory(tmp_path / "ml")
    path = folder / "ratings.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))

    data, _ = read(folder)

    assert (rated(data), data.rows_read) == (GOOD, 3)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("ratings.csv", "id,name\n1,x\n", "ratings.csv is not a MovieLens file"),
        ("movies.csv", "<html>\n", "movies.csv is not a MovieLens file"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n", "ratings.csv has no rows"),
        ("ratings.csv", "userId,movieId,rating,timestamp\nx\ny\n1,1,4.0,964982703\n", "2 of 3 rows are unusable"),
        ("movies.csv", "movieId,title,genres\nx\ny\n1,Heat (1995),Drama\n", "2 of 3 rows are unusable"),
    ],
)
def test_a_file_that_is_not_movielens_is_reported_in_one_line(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    folder = a_directory(tmp_path / "ml")
    (folder / name).write_text(content)

    with pytest.raises(Misconfigured, match=message) as error:
        read(folder)

    assert "\n" not in str(error.value)


def test_missing_files_are_named_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"needs movies\.csv and ratings\.csv"):
        layout_of(tmp_path)


def test_a_data_set_in_a_folder_of_the_directory_is_found(tmp_path: Path) -> None:
    a_directory(tmp_path / "unpacked" / "ml-small")

    assert layout_of(tmp_path / "unpacked").kind == "csv"


def test_rows_up_to_a_day_ahead_count_as_now_and_the_newest_of_them_stays(tmp_path: Path) -> None:
    ahead = [
        f"9,1,5.0,{NOW_S + 7_200}",
        f"9,1,1.0,{NOW_S + 3_600}",
        f"9,2,3.0,{NOW_S + 86_400}",
        f"9,3,4.0,{NOW_S - 1}",
    ]

    data, rejects = read(a_directory(tmp_path / "ml", ratings=[*RATINGS, *ahead]))

    mine = data.ratings.take(data.ratings.user == 9)
    found = zip(mine.movie.tolist(), (mine.half_stars / 2).tolist(), mine.rated_at_s.tolist(), strict=True)
    assert sorted(found) == [(1, 5.0, NOW_S), (2, 3.0, NOW_S), (3, 4.0, NOW_S - 1)]
    assert [reject[2] for reject in rejects] == ["duplicate"]
