"""CI runs up to three failed tests once more: what fails again fails the run, what passes is named."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FAILS_ONCE = """
from pathlib import Path

def test_fails_at_first():
    seen = Path(__file__).with_suffix(".seen")
    was_there = seen.exists()
    seen.touch()
    assert was_there
"""
FAILS = "def test_fails():\n    assert False\n"
FAILS_FOUR_TIMES = "import pytest\n\n@pytest.mark.parametrize('n', range(4))\ndef test_fails(n):\n    assert n > 9\n"
PASSES = "def test_passes():\n    pass\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    for name, program in (("python", ""), ("pytest", "-m pytest ")):
        script = tmp_path / ".venv/bin" / name
        script.write_text(f'#!/bin/sh\nexec {sys.executable} {program}"$@"\n')
        script.chmod(0o755)
    return tmp_path


def looked_twice(folder: Path, *tests: str) -> tuple[int, str]:
    """The exit status and what was printed."""
    for number, text in enumerate(tests):
        (folder / f"test_{number}.py").write_text(text)
    script = f"set -e; source {ROOT}/ci/second-look.sh; second_look .venv/bin/pytest -q; echo the end"
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # pytest alone looks twice, and starts sooner
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_test_that_passes_alone_is_named_and_fails_nothing(folder: Path) -> None:
    status, printed = looked_twice(folder, FAILS_ONCE, PASSES)

    assert (status, printed.splitlines()[-2:]) == (
        0,
        ["=== FLAKY, passed alone: test_0.py::test_fails_at_first", "the end"],
    )


def test_a_test_that_fails_again_fails_the_run(folder: Path) -> None:
    status, printed = looked_twice(folder, FAILS, FAILS_ONCE)

    assert status == 1
    assert "FLAKY" not in printed
    assert "the end" not in printed


def test_more_than_three_failures_are_not_looked_at_again(folder: Path) -> None:
    status, printed = looked_twice(folder, FAILS_FOUR_TIMES)

    assert status == 1
    assert "once more" not in printed


def test_a_run_that_fails_without_a_failed_test_stays_failed(folder: Path) -> None:
    status, printed = looked_twice(folder)

    assert status == 1
    assert "once more" not in printed


def test_what_passes_is_run_once(folder: Path) -> None:
    status, printed = looked_twice(folder, PASSES)

    assert status == 0
    assert printed.count("1 passed") == 1
