"""A pytest plugin for CI: what has passed on Docker Compose is not run a second time on the embedded system.

`PYTHONPATH=ci pytest -p elsewhere --note-passed FILE` writes the names of the tests that pass;
`… --leave-out FILE` leaves these out. A test that was skipped, or failed at first, is not among them.
"""

from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("elsewhere")
    group.addoption("--note-passed", type=Path, metavar="FILE", help="write the names of the tests that pass")
    group.addoption("--leave-out", type=Path, metavar="FILE", help="leave out the tests that are named there, if any")


class _Noting:
    def __init__(self, found: Path) -> None:
        found.parent.mkdir(parents=True, exist_ok=True)
        self._names = found.open("w", encoding="utf-8")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            self._names.write(f"{report.nodeid}\n")

    def pytest_unconfigure(self) -> None:
        self._names.close()


def pytest_configure(config: pytest.Config) -> None:
    found: Path | None = config.option.note_passed
    if found and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Noting(found))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    found: Path | None = config.option.leave_out
    names = set(found.read_text(encoding="utf-8").splitlines()) if found and found.is_file() else set()
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in names])
    items[:] = [item for item in items if item.nodeid not in names]
