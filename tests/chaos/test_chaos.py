"""Fifteen faults at random under traffic: nothing accepted is lost or counted twice, and no answer is untrue."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.commands import output_of

FAULTS = 15
SYNTH = ["--users", "120", "--movies", "400", "--ratings", "8000", "--seed", "7"]
SHORT = ["--stop-s", "4", "--settle-s", "120", "--digest-every", "4", "--minutes", "14"]
MARQUEE = [sys.executable, "-m", "marquee_cli.main"]


@pytest.mark.e2e
@pytest.mark.timeout(1_200)
def test_every_invariant_holds_under_random_faults(tmp_path: Path) -> None:
    seed = os.environ.get("CHAOS_SEED", "6")
    subprocess.run([*MARQUEE, "synth", *SYNTH, "--out", str(tmp_path / "data")], check=True, capture_output=True)
    command = [*MARQUEE, "chaos", "--faults", str(FAULTS), "--seed", seed, *SHORT]

    code, output = output_of(
        [*command, "--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")],
        env=dict(os.environ),
        limit_s=1_000,
    )

    assert code == 0, output[-6_000:]
    found = json.loads((tmp_path / "out" / "chaos.json").read_text())
    assert sum(not fault["skipped"] for fault in found["faults"]) == FAULTS
    assert found["totals"]["accepted"] > 0
    assert found["totals"]["digests"] > 0
