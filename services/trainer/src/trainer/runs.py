"""Runs trainings, one at a time, and reports on the newest one."""

import asyncio
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

import structlog
from pydantic import BaseModel

from marquee.bundle import BundleRefused, read_manifest, verified_manifest
from marquee.contracts.events import ModelChanged, ModelStatus
from marquee.contracts.manifest import ModelManifest
from marquee.contracts.verdict import Verdict
from marquee.errors import Refused
from trainer.announcing import Announcement, Announcements
from trainer.bundle_folder import free_version, prune
from trainer.child import Failed, run_child
from trainer.schedule import PastTrainings, TrainedOn
from trainer.settings import TrainerSettings

log = structlog.get_logger()

JOB = (sys.executable, "-m", "trainer.job")
GATE = "gate"
QUIET_FAILURES = 3
"""Up to this many transient failures in a row are reported as waiting, more as a failure."""


class Training(BaseModel):
    """The newest training.

    Attributes:
        model_version, metrics: of the model that serves.
        verdict: on the model of the newest training; a refused one does not serve, and the message says why.
        announcement: whether models.v1 has the model that serves.
        shadow: the model that is observed before it may serve.
        serving_fault: what speaks against the model that serves, and why it was not rolled back.
    """

    phase: Literal["waiting", "training", "done", "failed"] = "waiting"
    message: str = "waiting for ratings"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    seconds: float | None = None
    model_version: str | None = None
    metrics: dict[str, float] = {}
    verdict: Verdict | None = None
    announcement: Announcement = "none"
    announcement_error: str = ""
    shadow: str | None = None
    serving_fault: str = ""


@dataclass(slots=True)
class Runs:
    """Starts trainings; promotes what the gate lets pass, and keeps the rest from serving."""

    settings: TrainerSettings
    announcements: Announcements
    job: tuple[str, ...] = JOB
    trained_on: TrainedOn | None = None
    past: PastTrainings = field(default_factory=PastTrainings)
    is_busy: bool = False
    _training: Training = field(default_factory=Training)

    @property
    def training(self) -> Training:
        """The newest training, the model that serves, and whether that has been announced."""
        announcements, serves = self.announcements, self.announcements.promoted
        about = {
            "announcement": announcements.state,
            "announcement_error": announcements.error,
            "shadow": announcements.shadow.version if announcements.shadow else None,
            "serving_fault": announcements.fault,
        }
        model = {} if serves is None else {"model_version": serves.version, "metrics": serves.metrics}
        return self._training.model_copy(update=about | model)

    def remember(self, manifest: ModelManifest, promoted: ModelChanged) -> None:
        """After a restart: take up the promoted model, so that it is not trained again."""
        self.trained_on = trained_on(manifest)
        age_s = max(0.0, (datetime.now(UTC) - manifest.created_at).total_seconds())
        self.past = replace(self.past, model_s=time.monotonic() - age_s)
        self._training = Training(
            phase="done",
            message=f"model {promoted.version} is the newest",
            verdict=manifest.verdict,
            ended_at=promoted.changed_at,
            seconds=promoted.metrics.get("training_s"),
        )

    def remember_shadow(self, manifest: ModelManifest) -> None:
        """After a restart: what the waiting shadow was trained on is not trained on again."""
        self.trained_on = trained_on(manifest)

    def begin(self, *, now: datetime, reason: str) -> Coroutine[Any, Any, None]:
        """Reserve the only place, before anything is awaited, and return the training to await.

        Raises:
            Refused: 409, a training is under way.
        """
        if self.is_busy:
            raise Refused(409, "training_under_way", "Conflict", f"a training is under way: {self._training.message}")
        self.is_busy = True
        self._training = Training(phase="training", message="starting", started_at=now)
        return self._run(now, reason)

    async def _run(self, now: datetime, reason: str) -> None:
        """Train, tidy up, promote. A failure is reported in `training`; the service goes on.

        The place is free as soon as the report says that the training has ended: announcing does not take it.
        """
        started_s, champion = time.monotonic(), self.announcements.promoted
        judged_against = None if champion is None else champion.version
        try:
            trained = await self._train(now, reason, champion)
            await asyncio.to_thread(self._prune, trained)
            if isinstance(trained, Failed):
                self._failed(trained, started_s=started_s)
            else:
                is_shadow = await asyncio.to_thread(self._is_tried_out, trained)
                self._done(trained, started_s=started_s, is_shadow=is_shadow)
        finally:
            self.is_busy = False
        if isinstance(trained, Failed):
            return
        event = trained.event
        if trained.is_refused:
            await self.announcements.refuse(event)
            return
        enter = self.announcements.try_out if is_shadow else self.announcements.promote
        if why := await enter(event, judged_against=judged_against):
            log.info("model_set_aside", version=event.version, reason=why)
            if self._training.ended_at == event.changed_at:  # no other training has begun
                self._update(message=f"model {event.version} stays a candidate: {why}")

    async def _train(self, now: datetime, reason: str, champion: ModelChanged | None) -> "_Trained | Failed":
        settings = self.settings
        try:
            version = await asyncio.to_thread(free_version, settings.model_dir, now)
        except OSError as error:
            return Failed(error=f"the model directory cannot be read: {error}", is_passing=True)
        log.info("training_started", version=version, reason=reason)
        outcome = await run_child(
            self._command(version, champion),
            on_progress=lambda message: self._update(message=message),
            limit_s=settings.train_limit_s,
        )
        if isinstance(outcome, Failed):
            return outcome
        try:
            manifest = await asyncio.to_thread(verified_manifest, settings.model_dir / outcome.location)
        except BundleRefused as error:
            return Failed(error=str(error))
        event = ModelChanged(
            version=version,
            status=ModelStatus.PROMOTED,
            location=outcome.location,
            metrics=outcome.metrics,
            reason=reason,
            changed_at=datetime.now(UTC),
            verdict=manifest.verdict,
            by=GATE,
        )
        return _Trained(event, manifest)

    def _command(self, version: str, champion: ModelChanged | None) -> list[str]:
        settings = self.settings
        command = [*self.job, "--log-dir", settings.log_dir, "--version", version, "--ends-with-its-parent"]
        command += ["--model-dir", str(settings.model_dir), "--seed", str(settings.train_seed)]
        command += ["--processes", str(settings.train_processes)]
        if settings.train_cluster:
            command += ["--cluster", settings.train_cluster, "--cluster-wait-s", str(settings.wait_s)]
        return command if champion is None else [*command, "--champion", str(settings.model_dir / champion.location)]

    def _is_tried_out(self, trained: "_Trained") -> bool:
        """Whether the model is observed as a shadow first: another ranker serves meanwhile."""
        champion = self.announcements.promoted
        if trained.is_refused or not self.settings.shadow_s or champion is None:
            return False
        try:
            return read_manifest(self.settings.model_dir / champion.location).ranker == "lambdarank"
        except BundleRefused:
            return False

    def _done(self, trained: "_Trained", *, started_s: float, is_shadow: bool) -> None:
        event, seconds = trained.event, time.monotonic() - started_s
        self.trained_on = trained_on(trained.manifest)
        self.past = self.past.after(ended_s=time.monotonic(), took_s=seconds)
        ended = "refused" if trained.is_refused else "is a shadow" if is_shadow else "promoted"
        reasons = () if event.verdict is None else event.verdict.reasons
        self._update(
            phase="done",
            message=": ".join([f"model {event.version} {ended}", *filter(None, ["; ".join(reasons)])]),
            ended_at=event.changed_at,
            seconds=seconds,
            verdict=event.verdict,
        )
        log.info("model_judged", version=event.version, ended=ended, reasons=reasons, seconds=seconds)

    def _failed(self, failed: Failed, *, started_s: float) -> None:
        seconds = time.monotonic() - started_s
        self.past = self.past.after(ended_s=time.monotonic(), took_s=seconds, failed=True, is_passing=failed.is_passing)
        is_waited_for = failed.is_passing and self.past.failures <= QUIET_FAILURES
        message = f"will be tried again soon: {failed.error}" if is_waited_for else failed.error
        phase = "waiting" if is_waited_for else "failed"
        self._update(phase=phase, message=message, ended_at=datetime.now(UTC), seconds=seconds)
        log.error("training_failed", error=failed.error, failures=self.past.failures)

    def _update(self, **changes: object) -> None:
        self._training = self._training.model_copy(update=changes)

    def _prune(self, trained: "_Trained | Failed") -> None:
        """Remove old bundles, but not the new one and not the one that is being served."""
        events = [
            self.announcements.promoted,
            self.announcements.shadow,
            trained.event if isinstance(trained, _Trained) else None,
        ]
        spare = {event.location for event in events if event is not None}
        try:
            prune(self.settings.model_dir, keep=self.settings.keep_models, spare=spare)
        except OSError as error:  # too many bundles do no harm
            log.warning("bundles_not_pruned", error=str(error))


@dataclass(frozen=True, slots=True)
class _Trained:
    event: ModelChanged
    manifest: ModelManifest

    @property
    def is_refused(self) -> bool:
        return self.event.verdict is not None and not self.event.verdict.is_promoted


def trained_on(manifest: ModelManifest) -> TrainedOn | None:
    """What a model was trained on; None if its bundle does not say."""
    rows = manifest.counts.get("log_rows")
    return None if rows is None else TrainedOn(rows, manifest.counts.get("enriched_movies", 0))
