"""Follows what rankers report on serving.v1, and decides: a shadow is promoted or refused, a champion rolled back."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from marquee.bundle import BundleRefused, verified_manifest
from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.manifest import ModelManifest
from marquee.contracts.registry import Entry, decision, registry, to_roll_back_to
from marquee.contracts.serving_reports import Role
from marquee.contracts.topics import SERVING
from marquee.errors import InvalidEvent, MarqueeError, Transient
from marquee.kafka.clients import topic_name
from marquee.kafka.models_topic import model_events
from marquee.kafka.topic_view import TopicView
from trainer.announcing import Announcements
from trainer.model_registry import later
from trainer.process_reports import Reports
from trainer.serving_rules import ShadowRules, fault_of_champion, on_shadow

log = structlog.get_logger()

RECENT = 2_000
"""Reports at the end of serving.v1 that are read at start: of some minutes, and each process reports again soon."""
DECIDE_EVERY_S = 2.0
RETRY_S = 1.0
KEPT = timedelta(hours=1)
LOOK_AGAIN = timedelta(minutes=1)
"""A faulty model that stays is looked at again after so long: each look reads models.v1 and checks bundles."""


class Overtaken(MarqueeError):
    """Somebody else decided what serves, after what was judged here."""


@dataclass(slots=True)
class ServingWatch:
    """Decides about the models that rankers rank with.

    Args:
        announcements: what serves, and the shadow; decisions are announced by them.
        consumer: without a group and topics, for serving.v1.
        now: the time of decisions.
    """

    announcements: Announcements
    consumer: AIOKafkaConsumer
    rules: ShadowRules
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    reports: Reports = field(default_factory=Reports)
    _beside: str = ""  # the champion beside which the shadow is observed
    _shadow: str = ""
    _since: datetime | None = None
    _gone: str = ""  # why the shadow that waited at start cannot be one
    _stays: tuple[str, datetime] | None = None  # the faulty champion that was found to stay, and when
    _is_away: bool = False
    _is_undecided: bool = False

    def adopt(self, entries: Sequence[Entry]) -> ModelManifest | None:
        """At start: take up the shadow that waits, and give its manifest. It is observed from now on.

        One whose bundle is not whole is refused by the first check.
        """
        waiting = next((entry for entry in entries if entry.state is ModelState.SHADOW), None)
        if waiting is None:
            return None
        manifest = None
        try:
            manifest = verified_manifest(self.announcements.model_dir / waiting.event.location)
        except BundleRefused as error:
            log.warning("shadow_is_gone", version=waiting.version, error=str(error))
            self._gone = "its bundle is gone or damaged"
        self.announcements.shadow = waiting.event
        if manifest is not None:
            log.info("shadow_taken_up", version=waiting.version)
        return manifest

    async def follow(self) -> None:
        """Read serving.v1. Never ends; a broker that is away is waited for."""
        partition = TopicPartition(topic_name(self.announcements.kafka, SERVING.name), 0)
        self.consumer.assign([partition])
        while True:
            try:
                end = (await self.consumer.end_offsets([partition]))[partition]
                start = (await self.consumer.beginning_offsets([partition]))[partition]
                self.consumer.seek(partition, max(start, end - RECENT))
                self._is_away = False
                await TopicView(self.consumer, self._take, what=SERVING.name).follow()
            except (KafkaError, OSError, Transient) as error:
                if not self._is_away:
                    log.warning("serving_unreadable", error=f"{type(error).__name__}: {error}")
                self._is_away = True
                await asyncio.sleep(RETRY_S)

    def _take(self, _: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            try:
                self.reports.take(SERVING.parse(record.value))
            except InvalidEvent as error:
                log.warning("serving_report_unusable", offset=record.offset, reason=error.reason, detail=error.detail)

    async def decide(self) -> None:
        """Decide every DECIDE_EVERY_S. Never ends."""
        while True:
            try:
                await self.check()
                self._is_undecided = False
            except (Transient, KafkaError, OSError) as error:  # asked again at the next check
                if not self._is_undecided:
                    log.warning("serving_undecided", error=f"{type(error).__name__}: {error}")
                self._is_undecided = True
            await asyncio.sleep(DECIDE_EVERY_S)

    async def check(self) -> None:
        """Decide once about the shadow, and about the model that serves.

        Raises:
            Transient, KafkaError, OSError: models.v1 could not be read, or does not take a decision.
        """
        now = self.now()
        self.reports.forget(now - KEPT)
        await self._check_shadow(now)
        await self._check_champion(now)

    async def _check_shadow(self, now: datetime) -> None:
        announcements = self.announcements
        shadow, champion = announcements.shadow, announcements.promoted
        if shadow is None or champion is None:
            self._shadow = ""
            return
        if self._gone:
            await announcements.end_shadow(ModelState.REFUSED, reason=self._gone, now=now)
            self._gone = ""
            return
        if shadow.version != self._shadow:
            self._shadow, self._beside, self._since = shadow.version, champion.version, now
        assert self._since is not None  # noqa: S101  # set with the shadow
        if champion.version == shadow.version:  # somebody has promoted it
            announcements.shadow = None
            return
        if champion.version != self._beside:
            why = f"{champion.version} serves now, beside which it was not observed"
            await announcements.end_shadow(ModelState.CANDIDATE, reason=why, now=now)
            return
        seen = self.reports.of(shadow.version, Role.SHADOW)
        decided = on_shadow(seen, self.rules, age_s=(now - self._since).total_seconds())
        if decided.what == "refuse":
            log.warning("shadow_refused", version=shadow.version, reason=decided.why)
            await announcements.end_shadow(ModelState.REFUSED, reason=decided.why, now=now)
        elif decided.what == "promote":
            reason = "; ".join(filter(None, [shadow.reason, decided.why]))
            if await self._serves(shadow, ModelStatus.PROMOTED, judged=champion, reason=reason, now=now, by="gate"):
                log.info("shadow_promoted", version=shadow.version, reason=decided.why)

    async def _check_champion(self, now: datetime) -> None:
        champion = self.announcements.promoted
        if champion is None:
            return
        seen = self.reports.of_champion(champion)
        if fault_of_champion(seen, None) is None:
            self.announcements.fault, self._stays = "", None
            return
        if self._stays is not None and self._stays[0] == champion.version and now - self._stays[1] < LOOK_AGAIN:
            return
        if champion.status is ModelStatus.ROLLED_BACK:
            why = "it serves by a roll-back, and there is no second one"
            self._cannot(champion, fault_of_champion(seen, None), why, now=now)
            return
        target = await self._target()
        fault = fault_of_champion(seen, self.reports.ever(target.version) if target else None)
        if target is None:
            self._cannot(champion, fault, "no model before it can serve", now=now)
        elif fault is None:
            why = f"{target.version}, before it, did the same"
            self._cannot(champion, fault_of_champion(seen, None), why, now=now)
        elif await self._serves(target, ModelStatus.ROLLED_BACK, judged=champion, reason=fault, now=now, by="watch"):
            log.error("rolled_back", version=champion.version, to=target.version, reason=fault)
            self.announcements.fault = ""

    async def _serves(
        self, wanted: ModelChanged, status: ModelStatus, *, judged: ModelChanged, reason: str, now: datetime, by: str
    ) -> bool:
        """Announce that a model is to serve, and whether it is: not if another one than was judged serves by now.

        Raises:
            Transient, KafkaError, OSError: the broker did not take it.
        """

        async def choose() -> list[ModelChanged]:
            served = self.announcements.promoted
            if served is None or (served.version, served.changed_at) != (judged.version, judged.changed_at):
                raise Overtaken(f"{'nothing' if served is None else served.version} serves now")
            told = reason if status is ModelStatus.ROLLED_BACK else ""
            *past, serves = decision(served, wanted, status, reason=told, now=later(now, served), by=by)
            return [*past, serves.model_copy(update={"reason": reason})]

        try:
            await self.announcements.decide(choose)
        except Overtaken as error:
            log.info("decision_overtaken", wanted=wanted.version, judged=judged.version, reason=str(error))
            return False
        return True

    async def _target(self) -> ModelChanged | None:
        """The model that retired last, was not rolled back from, and whose bundle is whole."""
        for entry in to_roll_back_to(registry(await model_events(self.announcements.kafka))):
            try:
                await asyncio.to_thread(verified_manifest, self.announcements.model_dir / entry.event.location)
            except BundleRefused as error:
                log.warning("cannot_roll_back_to", version=entry.version, error=str(error))
            else:
                return entry.event
        return None

    def _cannot(self, champion: ModelChanged, fault: str | None, why: str, *, now: datetime) -> None:
        """Say once that the champion is faulty and stays."""
        self._stays = champion.version, now
        told = f"{champion.version}: {fault}; not rolled back: {why}"
        if not self.announcements.fault:
            log.error("faulty_model_stays", version=champion.version, fault=fault, why=why)
        self.announcements.fault = told
