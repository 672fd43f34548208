"""A pytest plugin for CI: prints line and branch coverage apart and fails the run below a share of the lines.

Counted are lines that unit, contract and integration tests reach in pytest's own processes. Counting nearly
doubles the time of Python, and so services that tests start, and whole systems, run as fast as they do for users.

`PYTHONPATH=ci pytest -p line_coverage --cov --cov-report=term --cov-report=json:FILE [--lines-at-least PERCENT]`.
pytest-cov's own total is one figure for lines and branches together. `line_coverage.py FILE PERCENT` judges a report
that is there: pytest's own exit status says nothing of coverage when a test has failed as well.
"""

import json
import sys
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

LINES_AT_LEAST = 90.0  # percent, unless another share is asked for
COUNTED = ("tests/unit/", "tests/contract/", "tests/integration/")
"""Folders of the tests whose lines count."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("cov").addoption("--lines-at-least", type=float, default=LINES_AT_LEAST, metavar="PERCENT")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Around a test and its fixtures."""
    counting = coverage.Coverage.current()
    if counting is None or item.nodeid.startswith(COUNTED):
        return (yield)
    counting.stop()
    try:
        return (yield)
    finally:
        counting.start()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    figures = _figures(session.config)
    if figures and figures["lines"] < session.config.option.lines_at_least and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if figures := _figures(config):
        at_least: float = config.option.lines_at_least
        is_enough = figures["lines"] >= at_least
        verdict = "" if is_enough else f": FAILED, at least {at_least:g} % of the lines are required"
        terminalreporter.write_line(
            f"coverage: {figures['lines']:.1f} % of the lines, {figures['branches']:.1f} % of the branches{verdict}"
        )


def _figures(config: pytest.Config) -> dict[str, float] | None:
    """Percent by kind, from the JSON report that pytest-cov has just written; None without one, or in a worker."""
    if hasattr(config, "workerinput"):
        return None
    report = Path(config.option.cov_report.get("json") or "coverage.json")
    if "json" not in config.option.cov_report or not report.is_file():
        return None
    return _read(report)


def _read(report: Path) -> dict[str, float]:
    totals = json.loads(report.read_text())["totals"]
    return {"lines": totals["percent_statements_covered"], "branches": totals["percent_branches_covered"]}


if __name__ == "__main__":
    sys.exit(_read(Path(sys.argv[1]))["lines"] < float(sys.argv[2]))
