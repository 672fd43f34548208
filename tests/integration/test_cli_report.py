"""`marquee report` without a name: the model that serves, found as a person's command finds it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.topics import MODELS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from support.trainings import TOO_FEW, a_training

pytestmark = pytest.mark.integration

Report = Callable[..., subprocess.CompletedProcess[str]]
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def report(kafka_settings: KafkaSettings, tmp_path: Path) -> Report:
    """The command, on a broker on which nothing serves yet."""
    await ensure_topics(kafka_settings, [MODELS], wait_s=20)
    env = {
        **os.environ,
        "MARQUEE_HOME": str(tmp_path / "no run"),
        "MARQUEE_KAFKA__BOOTSTRAP": kafka_settings.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": kafka_settings.topic_prefix,
        "MARQUEE_MODEL_DIR": str(tmp_path / "models"),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "marquee_cli.main", "report", *arguments]
        return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240)

    return run


async def test_without_a_name_the_model_that_serves_is_reported_on(
    report: Report, kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    for version in ("v1", "v2"):
        a_training(TOO_FEW).write(tmp_path / "models", version=version, created_at=AT)
    served = ModelChanged(version="v1", status=ModelStatus.PROMOTED, location="v1", metrics={}, changed_at=AT)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, served)])

    done = report()

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["report-v1/report.html", "report-v1/report.json"]
    assert json.loads((tmp_path / "report-v1" / "report.json").read_text())["version"] == "v1"


async def test_where_nothing_serves_yet_one_line_says_so(report: Report) -> None:
    done = report()

    assert done.returncode == 1
    assert done.stderr.strip() == ("marquee report: no model serves yet; --model VERSION reports on one that does not")
