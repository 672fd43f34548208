"""Every release's files give the same ratings."""

from pathlib import Path

from support.movielens_files import write
from support.reading import GOOD, rated, read


def test_files_of_ml_1m_give_the_same_ratings(tmp_path: Path) -> None:
    write(
        tmp_path / "movies.dat", ["1::Toy Story (1995)::Animation", "2::Misérables, Les (1995)::Drama"], "\n", "latin-1"
    )
    write(tmp_path / "ratings.dat", ["1::1::4::964982703", "1::2::5::964982931", "2::1::9::1445714835"])

    data, rejects = read(tmp_path)

    assert rated(data) == GOOD[:2]
    assert data.movies[1].title == "Les Misérables"
    assert rejects == [("ratings.dat", 3, "bad_rating", "2::1::9::1445714835")]


def test_files_of_ml_100k_give_the_same_ratings(tmp_path: Path) -> None:
    flags = "|".join("1" if at in (3, 5) else "0" for at in range(19))
    write(
        tmp_path / "u.item",
        [f"1|Toy Story (1995)|01-Jan-1995||http://x|{flags}", f"2|Amélie (2001)|||x|{flags}"],
        "\n",
        "latin-1",
    )
    write(tmp_path / "u.data", ["1\t1\t4\t964982703", "1\t2\t5\t964982931"])

    data, rejects = read(tmp_path)

    assert (rated(data), rejects) == (GOOD[:2], [])
    assert [m.genres for m in data.movies] == [("Animation", "Comedy")] * 2


def test_files_of_recbole_give_the_same_ratings(tmp_path: Path) -> None:
    item_header = "item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq"
    write(tmp_path / "x.item", [item_header, "1\tToy Story\t1995\tAnimation Children's", "2\tunkonwn\tV\tunknown"])
    inter_header = "user_id:token\titem_id:token\trating:float\ttimestamp:float"
    write(tmp_path / "x.inter", [inter_header, "1\t1\t4\t964982703", "1\t2\t5.0\t964982931.0"])

    data, rejects = read(tmp_path)

    assert (rated(data), rejects) == (GOOD[:2], [])
    assert [(m.title, m.year, m.genres) for m in data.movies] == [
        ("Toy Story", 1995, ("Animation", "Children")),
        ("unkonwn", None, ()),
    ]
