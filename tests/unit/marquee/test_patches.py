"""Hooks into private parts of libraries: each names what it was tested with, and a moved library names its hooks."""

import importlib
import importlib.util
from pathlib import Path

import pytest

from marquee import patches
from marquee.patches import HOOKS, untested

ROOT = Path(__file__).resolve().parents[3]


def test_every_hook_was_tested_with_the_installed_release() -> None:
    assert list(untested()) == []


def test_a_library_that_moves_names_the_hooks_to_check_and_the_test_to_run() -> None:
    tested = {hook.library: hook.release for hook in HOOKS}

    moved = list(untested(lambda library: "0.15.0" if library == "aiokafka" else f"{tested[library]}.9"))

    assert len(moved) == len([hook for hook in HOOKS if hook.library == "aiokafka"])
    assert moved[0].startswith("aiokafka 0.15.0: marquee.patches.pause_between_empty_fetches was tested with 0.14 ")
    assert "tests/integration/test_kafka_idle.py" in moved[0]


@pytest.mark.parametrize(("installed", "fits"), [("0.14", True), ("0.14.7", True), ("0.140.0", False), ("1.0", False)])
def test_a_tested_release_stands_for_its_bug_fixes_alone(installed: str, fits: bool) -> None:
    assert HOOKS[0].fits(installed) is fits


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.name)
def test_every_hook_names_something_that_exists(hook: patches.Hook) -> None:
    assert hasattr(importlib.import_module(hook.module), hook.name)
    assert importlib.util.find_spec(hook.library) is not None
    assert (ROOT / hook.test).exists()
