"""`marquee rolls`: both kinds of users and the slices, measured and printed."""

import argparse
import json
from pathlib import Path

import pandas as pd
import pytest

from marquee_cli import rolls
from support.worlds import checkerboard

SET = ("--set", "windows.cuts=0.8", "--set", "gate.min_slice_users=10")


def run(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    rolls.add_arguments(parser)
    return rolls.run(parser.parse_args([str(word) for word in words]))


@pytest.fixture
def files(tmp_path: Path) -> list[str | Path]:
    ratings = checkerboard(n_users=60)
    columns = {"userId": ratings.user_id, "movieId": ratings.movie_id, "rating": ratings.rating}
    pd.DataFrame(columns | {"timestamp": ratings.rated_at // 1000}).to_csv(tmp_path / "ratings.csv", index=False)
    rows = [f'{m},"Movie {m} (199{m % 10})",Genre{m % 2}' for m in range(1, 41)]
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n" + "\n".join(rows) + "\n")
    return ["--ratings", tmp_path / "ratings.csv", "--movies", tmp_path / "movies.csv"]


def test_both_kinds_of_users_and_the_slices_are_printed_and_written(
    files: list[str | Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(*files, "--cuts", "0.7", "0.8", *SET, "--out", tmp_path / "out.json")

    assert code == 0
    found = json.loads((tmp_path / "out.json").read_text())
    assert set(found) == {"known_user", "newcomer", "slices", "slices_left_out"}
    lists = found["known_user"]["lists"] + found["newcomer"]["lists"]
    assert found["slices"]["the 1990s"]["lists"] == lists
    assert found["slices_left_out"]["newcomers"] < 10
    printed = capsys.readouterr().out
    assert "known users" in printed
    assert "the 1990s" in printed
