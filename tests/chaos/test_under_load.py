"""One part at a time is broken under traffic: every ranking is answered and says what is so, and all is well again.

How long rankings take meanwhile, and how soon all is well, is measured by `make chaos-under-load`, not here.
"""

import json
import os
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from marquee_cli.chaos.plan import UNDER_LOAD
from marquee_cli.home import Home
from support.commands import output_of
from support.supervised_system import supervised_system

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

CHAOS = [sys.executable, "-m", "marquee_cli.main", "chaos", "--attach", "--under-load", "1"]
BUSY = 5
SHORT = ["--stop-s", "4", "--settle-s", "120", "--digest-every", "1000"]

HIDING = ("kill ranker", "kill redis", "stop redis", "stop for good redis")
HARMLESS = (
    *("promote a damaged model", "promote a model of an unknown opset"),
    *("swap the model 20 times", "kill kafka"),
)


@dataclass(frozen=True)
class Run:
    """What came of all faults, one after the other."""

    code: int
    output: str
    totals: dict[str, Any]
    faults: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("under_load")
    with supervised_system(Home(folder / "home")):
        env = {**os.environ, "MARQUEE_HOME": str(folder / "home")}
        code, output = output_of([*CHAOS, *SHORT, "--out", str(folder / "out")], env=env, limit_s=800)
    found = json.loads((folder / "out" / "chaos.json").read_text())
    return Run(code, output, found["totals"], {fault["name"]: fault for fault in found["faults"]})


def test_whatever_breaks_every_ranking_is_answered_and_says_what_is_so(run: Run) -> None:
    assert run.code == 0, run.output[-6_000:]
    assert (run.totals["errors_5xx"], run.totals["no_answer"], run.totals["untrue"]) == (0, 0, 0)


def test_whatever_breaks_no_accepted_rating_is_lost_or_counts_twice(run: Run) -> None:
    assert run.totals["accepted"] > 0
    assert (run.totals["lost"], run.totals["twice"], run.totals["refused"]) == (0, 0, 0), run.output[-6_000:]


@pytest.mark.parametrize("name", [fault.name for fault in UNDER_LOAD])
def test_all_is_well_again_without_a_hand_and_hardly_anything_else_was_degraded(run: Run, name: str) -> None:
    """On a busy machine a read may be late, and its answer then says so: a few of the 10 rankings in each second."""
    fault = run.faults[name]

    assert fault["skipped"] == ""
    assert fault["recovery_s"] is not None
    assert len(fault["besides"]) <= BUSY, fault["besides"]


@pytest.mark.parametrize("name", HIDING)
def test_rankings_without_a_part_say_so(run: Run, name: str) -> None:
    assert run.faults[name]["degraded"] > 0


def test_rankings_that_were_asked_for_and_given_during_a_fault_are_judged(run: Run) -> None:
    assert run.faults["stop redis"]["within"] > 0


@pytest.mark.parametrize("name", HARMLESS)
def test_rankings_are_none_the_worse_for(run: Run, name: str) -> None:
    fault = run.faults[name]

    assert (fault["degraded"], len(fault["ranked_ms"]) > 0) == (0, True)


def test_models_that_cannot_be_served_are_refused_and_twenty_others_taken(run: Run) -> None:
    assert "was refused" in run.faults["promote a damaged model"]["note"]
    assert "was refused" in run.faults["promote a model of an unknown opset"]["note"]
    assert run.faults["swap the model 20 times"]["note"] == "20 models"
