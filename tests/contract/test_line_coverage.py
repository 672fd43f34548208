"""CI counts lines that tests reach in pytest's own process: not those of whole systems, nor of what tests start."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONFIG = f"--cov-config={ROOT / 'pyproject.toml'}"
COUNTED = """
def by_unit():
    return 1
def by_system():
    return 2
def by_integration():
    return 3
def by_service():
    return 4
"""
STARTS = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "import counted; counted.by_service()"], check=True)
"""


def test_lines_that_only_whole_systems_or_started_processes_reach_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "counted.py").write_text(COUNTED)
    for folder, function in (("unit", "by_unit"), ("e2e", "by_system"), ("integration", "by_integration")):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        test = f"import counted\n\ndef test_it():\n    assert counted.{function}()\n"
        (tmp_path / "tests" / folder / f"test_{function}.py").write_text(STARTS + test)
    found = tmp_path / "found.json"
    options = ["-p", "no:randomly", "-p", "line_coverage", "--cov=counted", f"--cov-report=json:{found}", CONFIG]
    folders = ["tests/unit", "tests/e2e", "tests/integration"]
    command = [sys.executable, "-m", "pytest", *options, "--import-mode=importlib", *folders]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'ci'}:{tmp_path}"}

    subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)

    assert json.loads(found.read_text())["files"]["counted.py"]["executed_lines"] == [2, 3, 4, 6, 7, 8]
