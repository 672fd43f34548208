"""The load command: a report of every count, or one line and a failing exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marquee.settings import KafkaSettings
from support.movielens_files import RATINGS, a_directory

pytestmark = pytest.mark.integration


def load(kafka: KafkaSettings, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "MARQUEE_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
        "MARQUEE_STATE_DIR": str(tmp_path / "state"),
        "MARQUEE_REJECTS_DIR": str(tmp_path / "rejects"),
        "MARQUEE_WAIT_S": "0.5",
    }
    command = [sys.executable, "-m", "ingest.command", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)


def test_a_second_load_of_a_directory_says_that_it_is_loaded(kafka_settings: KafkaSettings, tmp_path: Path) -> None:
    data = a_directory(tmp_path / "ml", ratings=[*RATINGS, "1,1,9,964982703"])

    first = load(kafka_settings, tmp_path, "--data", str(data))
    second = load(kafka_settings, tmp_path, "--data", str(data))

    assert first.returncode == 0, first.stderr
    lines = [line.split() for line in first.stdout.splitlines()]
    for counted in (
        ["ratings", "read", "4"],
        ["ratings", "accepted", "3"],
        ["rejected", "1"],
        ["bad_rating", "1"],
        ["users", "2"],
        ["movies", "3"],
        ["events", "published", "2"],
    ):
        assert counted in lines
    assert second.returncode == 0
    assert second.stdout == f"{data}: the same content is already loaded; nothing to do (--force loads it again)\n"


def test_a_directory_that_is_not_movielens_ends_with_one_line_and_code_1(
    kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    done = load(kafka_settings, tmp_path, "--data", str(tmp_path))

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "is not a MovieLens data set" in done.stderr


def test_without_a_broker_the_command_names_its_address_and_exits_with_1(tmp_path: Path) -> None:
    done = load(KafkaSettings(bootstrap="127.0.0.1:9"), tmp_path, "--data", str(a_directory(tmp_path / "ml")))

    assert done.returncode == 1
    assert "could not reach kafka at 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
