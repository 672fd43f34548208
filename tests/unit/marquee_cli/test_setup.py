"""The set-up decides by content whether there is anything to do."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from marquee_cli import setup
from marquee_cli.main import main


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    (tmp_path / "node_modules").mkdir()
    return tmp_path


def write(frontend: Path, *, locked: Mapping[str, object], installed: Mapping[str, object]) -> None:
    (frontend / "package-lock.json").write_text(json.dumps({"packages": {"": {"name": "page"}, **locked}}))
    (frontend / "node_modules" / ".package-lock.json").write_text(json.dumps({"packages": installed}))


def test_nothing_is_installed_where_the_lock_is_satisfied(frontend: Path) -> None:
    package = {"node_modules/a": {"version": "1.0.0"}}
    other_platform = {"node_modules/b-darwin": {"version": "1.0.0", "optional": True}}
    write(frontend, locked={**package, **other_platform}, installed=package)

    assert not setup.node_modules_differ(frontend)


@pytest.mark.parametrize("installed", [{}, {"node_modules/a": {"version": "0.9.0"}}])
def test_a_missing_package_or_another_version_is_installed(frontend: Path, installed: dict[str, object]) -> None:
    write(frontend, locked={"node_modules/a": {"version": "1.0.0"}}, installed=installed)

    assert setup.node_modules_differ(frontend)


def test_a_missing_chromium_fails_only_on_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "find_chromium", lambda: None)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    monkeypatch.delenv("CI", raising=False)
    assert setup.set_up_chromium() is False
    monkeypatch.setenv("CI", "true")
    with pytest.raises(setup.SetupFailed, match="MARQUEE_CHROMIUM"):
        setup.set_up_chromium()


def test_no_command_or_an_unknown_one_shows_the_overview(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "backtest" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["frobnicate"])
