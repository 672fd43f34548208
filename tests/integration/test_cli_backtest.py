"""`marquee backtest` on enough ratings for several processes: they give the lists of one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

FEW = ["windows.cuts=0.6,0.8", "examples.at_most=40", "examples.far_at_most=20", "similar.seeds=20"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("synth")
    sizes = ["--users", "150", "--movies", "400", "--ratings", "12000", "--seed", "3"]
    marquee("synth", *sizes, "--out", str(folder))
    (folder / "users.txt").write_text("".join(f"{user}\n" for user in range(1, 31)))
    return folder


def marquee(*words: str) -> str:
    """What the command says of its progress; sums are made by one thread, so that bytes can be compared."""
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "marquee_cli.main", *words]
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=300).stderr


def lists(data: Path, out: Path, *options: str) -> bytes:
    files = ["--train", str(data / "ratings.csv"), "--movies", str(data / "movies.csv"), "--out", str(out)]
    settings = [word for one in FEW for word in ("--set", one)]
    told = marquee("backtest", *files, "--users", str(data / "users.txt"), *settings, *options)
    assert "window 2 of 2" in told
    assert "one process trains" not in told
    return out.read_bytes()


def test_two_processes_give_the_lists_of_one(data: Path, tmp_path: Path) -> None:
    ours = lists(data, tmp_path / "two.csv", "--processes", "2")
    theirs = lists(data, tmp_path / "one.csv", "--processes", "1")

    assert len(ours.splitlines()) == 1 + 30 * 50
    assert ours == theirs
