"""The folders of services/ are the list of services; tools that need lists of their own have the same one."""

import tomllib
from pathlib import Path
from typing import Any

from marquee_cli import parts, setup

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
SERVICES = {project.parent.name for project in ROOT.glob("services/*/pyproject.toml")}
TOOLS = PROJECT["tool"]


def test_every_service_is_started_and_set_up() -> None:
    assert set(parts.SERVICES) == SERVICES
    assert set(setup.MEMBERS) == {"libs/marquee", "cli", *(f"services/{name}" for name in SERVICES)}


def test_every_service_is_a_member_of_the_workspace_that_is_type_checked_and_measured() -> None:
    assert set(TOOLS["uv"]["sources"]) == {"marquee-core", *(f"marquee-{name}" for name in SERVICES)}
    sources = {"libs/marquee/src", "cli/src", "tests", *(f"services/{name}/src" for name in SERVICES)}
    assert set(TOOLS["mypy"]["mypy_path"].split(":")) == sources
    assert TOOLS["slipcover"]["source"].split(",") == ["libs/marquee/src", "services"]  # the latter has them all


def test_every_service_obeys_the_import_rules() -> None:
    rules = {rule["name"]: rule for rule in TOOLS["importlinter"]["contracts"]}

    assert set(TOOLS["importlinter"]["root_packages"]) == {"marquee", "marquee_cli", *SERVICES}
    forbidden = rules["the library imports no service and no command"]["forbidden_modules"]
    assert set(forbidden) == {"marquee_cli", *SERVICES}
    independent = rules["services do not import each other, and only the commands import services"]["layers"][-1]
    assert set(independent.split(" | ")) == SERVICES
