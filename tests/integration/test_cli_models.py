"""`marquee models` as a person runs it: a process of its own, a real broker, real bundles."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.topics import MODELS
from marquee.kafka.clients import ensure_topics
from marquee.kafka.models_topic import current_model
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from support.trainings import TOO_FEW, a_training

pytestmark = pytest.mark.integration

Models = Callable[..., subprocess.CompletedProcess[str]]
AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def models(kafka_settings: KafkaSettings, tmp_path: Path) -> Models:
    """The command, where v3 serves, v1 has served, and v2 was refused."""
    parts = a_training(TOO_FEW)
    for version in ("v1", "v2", "v3"):
        parts.write(tmp_path, version=version, created_at=AT)
    event = {v: _promoted(v).model_copy(update={"verdict": parts.verdict}) for v in ("v1", "v2", "v3")}
    later = AT + timedelta(minutes=1)
    history = [
        event["v1"],
        event["v2"].past(ModelState.REFUSED, changed_at=later, reason="it ranks worse", by="gate"),
        event["v1"].past(
            ModelState.RETIRED, changed_at=later + timedelta(seconds=1), reason="replaced by v3", by="gate"
        ),
        event["v3"],
    ]
    await ensure_topics(kafka_settings, [MODELS], wait_s=20)
    async with Publisher(kafka_settings, timeout_s=20) as publisher:
        await publisher.publish(MODELS, [record_of(MODELS, one) for one in history])
    env = {
        **os.environ,
        "MARQUEE_HOME": str(tmp_path / "no run"),
        "MARQUEE_KAFKA__BOOTSTRAP": kafka_settings.bootstrap,
        "MARQUEE_KAFKA__TOPIC_PREFIX": kafka_settings.topic_prefix,
        "MARQUEE_MODEL_DIR": str(tmp_path),
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "marquee_cli.main", "models", *arguments]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=240)

    return run


def _promoted(version: str) -> ModelChanged:
    return ModelChanged(
        version=version,
        status=ModelStatus.PROMOTED,
        location=version,
        metrics={"ndcg_at_10": 0.5},
        reason="the log has grown",
        changed_at=AT,
        by="gate",
    )


async def test_models_are_listed_and_a_roll_back_is_what_the_ranker_follows(
    models: Models, kafka_settings: KafkaSettings
) -> None:
    lines = [line.split() for line in models("list").stdout.splitlines()]
    assert [line[:2] for line in lines] == [
        ["VERSION", "STATE"],
        ["v3", "champion"],
        ["v1", "retired"],
        ["v2", "refused"],
    ]

    back = models("rollback", "--reason", "odd lists")

    assert (back.returncode, back.stdout.strip()) == (0, "v1 serves instead of v3")
    current = await current_model(kafka_settings)
    assert current is not None
    assert (current.version, current.status, current.by) == ("v1", ModelStatus.ROLLED_BACK, "admin")


async def test_a_refused_a_damaged_and_an_unknown_model_do_not_get_to_serve(
    models: Models, kafka_settings: KafkaSettings, tmp_path: Path
) -> None:
    damaged = bytearray((tmp_path / "v1" / "catalog.npz").read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "v1" / "catalog.npz").write_bytes(damaged)

    answers = [models("promote", version) for version in ("v1", "v2", "v9")]

    assert [answer.returncode for answer in answers] == [1, 1, 1]
    whys = ["its sha256 is not the manifest's", "v2 was refused (it ranks worse)", "there is no model v9"]
    for answer, why in zip(answers, whys, strict=True):
        assert why in answer.stderr
    current = await current_model(kafka_settings)
    assert current is not None
    assert current.version == "v3"


async def test_a_model_is_shown_with_its_verdict_and_compared_with_another(models: Models) -> None:
    shown, differs = models("show", "v2").stdout, models("diff", "v2", "v3").stdout

    assert "v2: refused since 2026-01-01 00:01:00Z, by gate" in shown
    assert "it ranks worse" in shown
    assert "verdict: undecided, may serve" in shown  # what its bundle was given
    assert "ratings" in shown
    assert "state" in differs
    assert "metrics" not in differs
