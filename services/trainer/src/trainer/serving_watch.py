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
from marquee.contracts.registry import Entry, registry, to_roll_back_to
from marquee.contracts.serving_reports import Role, ServingReported
from marquee.contracts.topics import SERVING
from marquee.errors import InvalidEvent, Transient
from marquee.kafka.clients import topic_name
from marquee.kafka.models_topic import model_events
from marquee.kafka.topic_view import TopicView
from trainer.announcing import Announcements
from trainer.observed import Observed
from trainer.serving_rules import MIN_USERS, ShadowRules, fault_of_champion, on_shadow

log = structlog.get_logger()

RECENT = 2_000
"""Reports at the end of serving.v1 that are read at start: of some minutes, and each process reports again soon."""
DECIDE_EVERY_S = 1.0
RETRY_S = 1.0
KEPT = timedelta(hours=1)
CLOCKS_DIFFER = timedelta(seconds=5)
"""Rankers' clocks may be behind the trainer's by this much."""

_Key = tuple[str, str, Role]


@dataclass(slots=True)
class Reports:
    """The newest report of each process on each model, and the one before counting began again."""

    newest: dict[_Key, ServingReported] = field(default_factory=dict)
    before: dict[_Key, ServingReported] = field(default_factory=dict)

    def take(self, report: ServingReported) -> None:
        """Take in a report; an older one than is known changes nothing."""
        key = (report.process, report.version, report.role)
        known = self.newest.get(key)
        if known is not None and report.reported_at < known.reported_at:
            return
        if known is not None and report.since > known.since:
            self.before[key] = known
        self.newest[key] = report

    def forget(self, before: datetime) -> None:
        """Forget reports of an earlier time."""
        for reports in (self.newest, self.before):
            for key in [key for key, one in reports.items() if one.reported_at < before]:
                del reports[key]

    def of(self, version: str, role: Role, *, since: datetime | None = None) -> Observed:
        """What was counted of a model in a role; with `since`, nothing that began to be counted earlier."""
        mine = (one for key, one in self.newest.items() if key[1:] == (version, role))
        return Observed.of(one for one in mine if since is None or one.since >= since)

    def ever(self, version: str) -> Observed | None:
        """What was counted of a model while it served: the newest that is of enough users; None if nothing is."""
        for reports in (self.newest, self.before):
            found = Observed.of(one for key, one in reports.items() if key[1:] == (version, Role.CHAMPION))
            if found.users >= MIN_USERS:
                return found
        return None


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
    _is_away: bool = False

    def adopt(self, entries: Sequence[Entry]) -> None:
        """At start: take up the shadow that waits, if its bundle is whole. It is observed from now on."""
        waiting = next((entry for entry in entries if entry.state is ModelState.SHADOW), None)
        if waiting is None:
            return
        try:
            verified_manifest(self.announcements.model_dir / waiting.event.location)
        except BundleRefused as error:
            log.warning("shadow_is_gone", version=waiting.version, error=str(error))
            return
        self.announcements.shadow = waiting.event
        log.info("shadow_taken_up", version=waiting.version)

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
            except (Transient, KafkaError, OSError) as error:  # asked again at the next check
                log.warning("serving_undecided", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(DECIDE_EVERY_S)

    async def check(self) -> None:
        """Decide once about the shadow, and about the model that serves.

        Raises:
            Transient: models.v1 could not be read.
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
        decision = on_shadow(seen, self.rules, age_s=(now - self._since).total_seconds())
        if decision.what == "refuse":
            log.warning("shadow_refused", version=shadow.version, reason=decision.why)
            await announcements.end_shadow(ModelState.REFUSED, reason=decision.why, now=now)
        elif decision.what == "promote":
            log.info("shadow_promoted", version=shadow.version, reason=decision.why)
            await announcements.promote(_promoted(shadow, now, decision.why))

    async def _check_champion(self, now: datetime) -> None:
        champion = self.announcements.promoted
        if champion is None:
            return
        seen = self.reports.of(champion.version, Role.CHAMPION, since=champion.changed_at - CLOCKS_DIFFER)
        if fault_of_champion(seen, None) is None:
            self.announcements.fault = ""
            return
        if champion.status is ModelStatus.ROLLED_BACK:
            self._cannot(
                champion, fault_of_champion(seen, None), "it serves by a roll-back, and there is no second one"
            )
            return
        target = await self._target()
        fault = fault_of_champion(seen, self.reports.ever(target.version) if target else None)
        if target is None:
            self._cannot(champion, fault, "no model before it can serve")
        elif fault is None:
            self._cannot(champion, fault_of_champion(seen, None), f"{target.version}, before it, did the same")
        else:
            log.error("rolled_back", version=champion.version, to=target.version, reason=fault)
            self.announcements.fault = ""
            await self.announcements.roll_back(target, reason=fault, now=now)

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

    def _cannot(self, champion: ModelChanged, fault: str | None, why: str) -> None:
        """Say once that the champion is faulty and stays."""
        told = f"{champion.version}: {fault}; not rolled back: {why}"
        if not self.announcements.fault:
            log.error("faulty_model_stays", version=champion.version, fault=fault, why=why)
        self.announcements.fault = told


def _promoted(shadow: ModelChanged, now: datetime, why: str) -> ModelChanged:
    """The event by which a shadow gets to serve."""
    return ModelChanged(
        version=shadow.version,
        status=ModelStatus.PROMOTED,
        location=shadow.location,
        metrics=shadow.metrics,
        reason="; ".join(filter(None, [shadow.reason, why])),
        changed_at=now,
        verdict=shadow.verdict,
        by="gate",
    )
