"""CI leaves out what has passed elsewhere, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import os, pytest

def test_page():
    pass

def test_page_of_models():
    if os.environ.get("PLACE") == "compose":
        pytest.skip("needs a second model")

@pytest.mark.parametrize("width", [390, 1440])
def test_widths(width):
    assert os.environ.get("PLACE") != "compose" or width > 390
"""


def run(folder: Path, place: str, *options: str) -> list[str]:
    """The names of the tests that passed."""
    command = [sys.executable, "-m", "pytest", "-p", "elsewhere", "-p", "no:cacheprovider", "-rA", *options]
    env = {**os.environ, "PLACE": place, "PYTHONPATH": str(ROOT / "ci"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return sorted(line.split("::")[1] for line in done.stdout.splitlines() if line.startswith("PASSED"))


@pytest.mark.parametrize("is_noted", [True, False])
def test_what_was_skipped_or_failed_there_or_was_not_there_runs_here(tmp_path: Path, is_noted: bool) -> None:
    (tmp_path / "test_pages.py").write_text(TESTS)
    noted = tmp_path / "results" / "passed.txt"
    if is_noted:
        assert run(tmp_path, "compose", "--note-passed", str(noted)) == ["test_page", "test_widths[1440]"]

    found = run(tmp_path, "here", "--leave-out", str(noted))

    elsewhere = {"test_page", "test_widths[1440]"} if is_noted else set()
    assert {*found} | elsewhere == {"test_page", "test_page_of_models", "test_widths[390]", "test_widths[1440]"}
    assert not {*found} & elsewhere
