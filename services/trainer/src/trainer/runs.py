"""Running trainings one at a time, in a child process, and what is known of the newest one."""

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import structlog
from pydantic import BaseModel

from marquee.events import ModelChanged, ModelStatus
from marquee.publisher import Publisher, record_of
from marquee.topics import MODELS
from trainer.settings import TrainerSettings

log = structlog.get_logger()

STDERR_LINES = 5


class Training(BaseModel):
    """The newest training."""

    phase: Literal["waiting", "training", "done", "failed"] = "waiting"
    message: str = "waiting for ratings"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    model_version: str | None = None
    metrics: dict[str, float] = {}


@dataclass(slots=True)
class Runs:
    """Starts trainings; publishes what passed the gate."""

    settings: TrainerSettings
    publisher: Publisher
    training: Training = field(default_factory=Training)
    trained_rows: int | None = None
    _busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_busy(self) -> bool:
        return self._busy.locked()

    async def run(self, *, now: datetime, reason: str) -> None:
        """Train, publish, tidy up. A failure is said in `training`; the service goes on."""
        async with self._busy:
            version = now.strftime("%Y%m%dT%H%M%SZ")
            self.training = Training(
                phase="training", message="starting", started_at=now, model_version=self.training.model_version
            )
            log.info("training_started", version=version, reason=reason)
            outcome = await self._child(version)
            seconds = (datetime.now(UTC) - now).total_seconds()
            if outcome["kind"] != "done":
                self._update(phase="failed", message=str(outcome["error"]), ended_at=datetime.now(UTC), seconds=seconds)
                log.error("training_failed", version=version, error=outcome["error"])
                return
            event = ModelChanged(
                version=version,
                status=ModelStatus.PROMOTED,
                location=str(outcome["location"]),
                metrics=outcome["metrics"],
                reason=reason,
                changed_at=datetime.now(UTC),
            )
            await self.publisher.publish(MODELS, [record_of(MODELS, event)])
            self.trained_rows = int(str(outcome["log_rows"]))
            self._update(
                phase="done",
                message=f"model {version} promoted",
                ended_at=datetime.now(UTC),
                seconds=seconds,
                model_version=version,
                metrics=event.metrics,
            )
            log.info("model_promoted", version=version, seconds=seconds, **event.metrics)
            await asyncio.to_thread(prune, self.settings.model_dir, keep=self.settings.keep_models)

    def _update(self, **changes: object) -> None:
        self.training = self.training.model_copy(update=changes)

    async def _child(self, version: str) -> dict[str, object]:
        """Run the job; its last word, or what it left on standard error."""
        settings = self.settings
        command = [sys.executable, "-m", "trainer.job", "--log-dir", settings.log_dir, "--version", version]
        command += ["--model-dir", str(settings.model_dir), "--seed", str(settings.train_seed)]
        child = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None  # noqa: S101 — asked for above
        assert child.stderr is not None  # noqa: S101
        complaints = asyncio.create_task(child.stderr.read())
        last: dict[str, object] = {"kind": "failed", "error": "the training process said nothing"}
        try:
            async for line in child.stdout:
                last = json.loads(line)
                if last["kind"] == "progress":
                    self._update(message=last["message"])
            code = await child.wait()
        except BaseException:
            child.kill()
            await child.wait()
            raise
        tail = (await complaints).decode(errors="replace").strip().splitlines()[-STDERR_LINES:]
        if last["kind"] == "progress":
            return {"kind": "failed", "error": f"the training process ended with code {code}: {' | '.join(tail)}"}
        return last


def prune(model_dir: Path, *, keep: int) -> None:
    """Remove the oldest bundles but for the newest `keep`; versions sort by time."""
    bundles = sorted(path for path in model_dir.iterdir() if path.is_dir() and not path.name.startswith("."))
    for old in bundles[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
