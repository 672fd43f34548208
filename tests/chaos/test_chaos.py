"""Fifteen faults at random under traffic: nothing accepted is lost or counted twice, and no answer is untrue."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = 15
SYNTH = ["--users", "120", "--movies", "400", "--ratings", "8000", "--seed", "7"]
SHORT = ["--stop-s", "4", "--settle-s", "45", "--digest-every", "4", "--minutes", "4"]


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_given_faults_at_random_then_every_invariant_holds(tmp_path: Path) -> None:
    seed = os.environ.get("CHAOS_SEED", "6")
    marquee = [sys.executable, "-m", "marquee_cli.main"]
    subprocess.run([*marquee, "synth", *SYNTH, "--out", str(tmp_path / "data")], check=True, capture_output=True)

    command = [*marquee, "chaos", "--faults", str(FAULTS), "--seed", seed, *SHORT]
    command += ["--data", str(tmp_path / "data"), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, (done.stdout + done.stderr)[-6_000:]
    found = json.loads((tmp_path / "out" / "chaos.json").read_text())
    assert sum(not fault["skipped"] for fault in found["faults"]) == FAULTS
    assert found["totals"]["accepted"] > 0
    assert found["totals"]["digests"] > 0
