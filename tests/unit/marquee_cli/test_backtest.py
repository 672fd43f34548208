"""`marquee backtest`: its files, its lists, and its message when something is wrong."""

import argparse
from pathlib import Path

import pandas as pd
import pytest

from marquee.state.ratings import Ratings
from marquee_cli import backtest
from marquee_cli.offline_data import read_offline_data
from support.movielens_files import a_directory
from support.worlds import checkerboard

FEW = "retrieval.per_source=1"


def write_ratings(path: Path, ratings: Ratings) -> Path:
    columns = {"userId": ratings.user_id, "movieId": ratings.movie_id, "rating": ratings.rating}
    pd.DataFrame(columns | {"timestamp": ratings.rated_at // 1000}).to_csv(path, index=False)
    return path


def write_movies(path: Path, n: int = 40) -> Path:
    rows = [f'{m},"Movie {m}, The (199{m % 10})",Genre{m % 2}' for m in range(1, n + 1)]
    path.write_text("movieId,title,genres\n" + "\n".join(rows) + "\n")
    return path


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    backtest.add_arguments(parser)
    return backtest.run(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def files(tmp_path: Path) -> list[str | Path]:
    train = write_ratings(tmp_path / "train.csv", checkerboard(n_users=6))
    return ["--train", train, "--movies", write_movies(tmp_path / "movies.csv"), "--out", tmp_path / "recs.csv"]


def test_every_user_gets_a_whole_list_without_movies_they_rated(files: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "users.txt").write_text("1\n2\n777\n")

    assert run(*files, "--users", tmp_path / "users.txt", "--k", "12") == 0

    table = pd.read_csv(tmp_path / "recs.csv")
    assert list(table.columns) == ["user_id", "rank", "movie_id", "score"]
    assert table.groupby("user_id")["rank"].apply(list).to_dict() == {u: list(range(1, 13)) for u in (1, 2, 777)}
    rated = checkerboard(n_users=6)
    assert not set(table[table.user_id == 1].movie_id) & set(rated.movie_id[rated.user_id == 1])


def test_a_given_history_becomes_part_of_the_users_state(files: list[str | Path], tmp_path: Path) -> None:
    """Ten users: with six, one movie that all of them rated leads popularity and trends by more than taste can."""
    (tmp_path / "users.txt").write_text("777\n")
    write_ratings(tmp_path / "train.csv", checkerboard(n_users=10))
    history = checkerboard(n_users=1)
    newcomer = Ratings(history.user_id + 776, history.movie_id, history.rating, history.rated_at + 10**10)

    code = run(
        *files, "--users", tmp_path / "users.txt", "--history", write_ratings(tmp_path / "h.csv", newcomer), "--k", "5"
    )

    ranked = pd.read_csv(tmp_path / "recs.csv").movie_id
    assert code == 0
    assert not set(ranked) & set(history.movie_id)
    assert (ranked % 2 == 1).all()


def test_seeds_get_a_list_of_similar_movies(files: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "seeds.txt").write_text("movieId\n4\n")

    assert run(*files, "--seeds", tmp_path / "seeds.txt", "--k", "3") == 0

    table = pd.read_csv(tmp_path / "recs.csv")
    assert list(table.columns) == ["seed_movie_id", "rank", "movie_id", "score"]
    assert (table.movie_id % 2 == 0).all()


def test_a_missing_column_is_named_with_its_file_in_one_line(
    files: list[str | Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "train.csv").write_text("userId,movieId,timestamp\n1,1,1\n")
    (tmp_path / "users.txt").write_text("1\n")

    assert run(*files, "--users", tmp_path / "users.txt") == 2

    error = capsys.readouterr().err
    assert "train.csv" in error
    assert "rating" in error


def test_a_missing_file_is_named_in_one_line(
    files: list[str | Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*files, "--users", tmp_path / "nobody.txt") == 2

    assert "nobody.txt: no such file" in capsys.readouterr().err


def test_a_hyper_parameter_is_set_for_training_and_ranking_alike(files: list[str | Path], tmp_path: Path) -> None:
    """With one candidate per source, popular movies fill most of a list."""
    (tmp_path / "users.txt").write_text("1\n2\n")
    usual, few = tmp_path / "usual.csv", tmp_path / "few.csv"

    assert run(*files, "--users", tmp_path / "users.txt", "--k", "12", "--out", usual) == 0
    assert run(*files, "--users", tmp_path / "users.txt", "--k", "12", "--out", few, "--set", FEW) == 0

    lists = [pd.read_csv(path).movie_id.to_list() for path in (usual, few)]
    assert len(lists[0]) == len(lists[1]) == 24
    assert lists[0] != lists[1]


@pytest.mark.parametrize(
    ("setting", "named"), [("retrieval.per_sorce=9", "retrieval.per_source"), (f"{FEW}.5", "retrieval.per_source=1.5")]
)
def test_a_setting_that_cannot_be_is_one_line_that_names_the_key(
    files: list[str | Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, named: str
) -> None:
    (tmp_path / "users.txt").write_text("1\n")

    assert run(*files, "--users", tmp_path / "users.txt", "--set", setting) == 2

    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert named in error


def test_unusable_rows_are_left_out_and_counted(
    files: list[str | Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "train.csv").open("a") as train:
        train.write("1,2,9.5,1000000000\n1,many,4.0,1000000000\n")
    (tmp_path / "users.txt").write_text("1\n")

    assert run(*files, "--users", tmp_path / "users.txt", "--k", "5") == 0

    assert "2 rows are unusable and left out: 1 bad_rating, 1 not_a_number" in capsys.readouterr().err


def test_a_tmdb_file_adds_what_the_enricher_would_read_from_it(tmp_path: Path) -> None:
    folder = a_directory(tmp_path / "ml")
    words = "|".join(f"word {at}" for at in range(60))
    tmdb = tmp_path / "tmdb.csv"
    tmdb.write_text(
        f"tmdb_id,title,release_date,runtime,director,keywords\n862,Toy Story,1995,81,John Lasseter,{words}\n"
    )

    movies = read_offline_data(
        folder / "ratings.csv", folder / "movies.csv", links=folder / "links.csv", tmdb=tmdb, say=print
    ).movies

    assert movies.directors[0] == ("John Lasseter",)
    assert [len(keywords) for keywords in movies.keywords] == [40, 0, 0]
    assert movies.runtime_min[0] == 81
