"""CI counts lines that tests reach in pytest's own process, except those of whole systems."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNTED = "def by_unit():\n    return 1\n\n\ndef by_system():\n    return 2\n\n\ndef by_contract():\n    return 3\n"


def test_lines_that_only_tests_of_whole_systems_reach_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED)
    for folder, function in (("unit", "by_unit"), ("e2e", "by_system"), ("integration", "by_contract")):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        test = f"import counted\n\ndef test_it():\n    assert counted.{function}()\n"
        (tmp_path / "tests" / folder / f"test_{function}.py").write_text(test)
    found = tmp_path / "found.json"
    options = ["-p", "no:randomly", "-p", "line_coverage", "--cov=counted", f"--cov-report=json:{found}"]
    command = [
        sys.executable,
        "-m",
        "pytest",
        *options,
        "--import-mode=importlib",
        "tests/unit",
        "tests/e2e",
        "tests/integration",
    ]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'ci'}:{tmp_path}"}

    subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)

    assert json.loads(found.read_text())["files"]["counted.py"]["executed_lines"] == [1, 2, 5, 9, 10]
