"""CI counts lines that tests reach in pytest's own processes, in any of its runs, and not those of what tests start."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNTED = """
def by_one():
    return 1
def by_another():
    return 2
def by_service():
    return 3
def by_nobody():
    return 4
"""
STARTS = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import counted; counted.by_service()"], check=True)
"""


def reached(folder: Path, function: str, *options: str) -> Path:
    """The report of a test that calls the function."""
    test = folder / f"test_{function}.py"
    test.write_text(f"{STARTS}\nimport counted\n\ndef test_it():\n    assert counted.{function}()\n")
    report = folder / f"{function}.json"
    pytest = ["-m", "pytest", "-p", "no:randomly", f"--rootdir={folder}", *options, test.name]
    command = [sys.executable, "-m", "slipcover", "--branch", "--source=.", "--json", f"--out={report}", *pytest]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("SLIPCOVER_", "PYTEST_XDIST_"))}
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return report


def lines_of(report: Path) -> list[int]:
    found: list[int] = json.loads(report.read_text())["files"]["counted.py"]["executed_lines"]
    return found


def judged(percent: str, *reports: Path) -> tuple[int, str]:
    command = [sys.executable, str(ROOT / "ci/line_coverage.py"), percent, *map(str, reports)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_lines_of_a_process_that_a_test_starts_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED)

    assert lines_of(reached(tmp_path, "by_one")) == [2, 3, 4, 6, 8]


def test_lines_count_in_several_processes_of_one_run(tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED)

    assert lines_of(reached(tmp_path, "by_another", "-n", "2")) == [2, 4, 5, 6, 8]


def test_a_line_of_either_run_counts_and_too_few_lines_fail(tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED)
    one, another = reached(tmp_path, "by_one"), reached(tmp_path, "by_another")
    for report in (one, another):  # the tests themselves are no source here
        found = json.loads(report.read_text())
        found["files"] = {"counted.py": found["files"]["counted.py"]}
        report.write_text(json.dumps(found))

    status, said = judged("75", one, another)  # 6 of 8
    assert (status, said.split(",")[0]) == (0, "coverage: 75.0 % of the lines")
    status, said = judged("75.1", one, another)
    assert status == 1
    assert "FAILED, at least 75.1 % of the lines" in said
