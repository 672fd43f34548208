"""Announces the promoted model on models.v1 until the topic has it.

If the broker is unreachable, loses its newest second or starts empty, the model is announced again, not trained again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from marquee.bundle import BundleRefused, read_manifest
from marquee.contracts.events import ModelChanged, ModelState
from marquee.contracts.manifest import ModelManifest
from marquee.contracts.registry import decision
from marquee.contracts.topics import MODELS
from marquee.errors import MarqueeError
from marquee.kafka.clients import ensure_topics, topic_name
from marquee.kafka.models_topic import current_model
from marquee.kafka.publisher import Publisher, record_of
from marquee.settings import KafkaSettings
from trainer.bundle_folder import mark_refused, note_promoted, read_promoted

log = structlog.get_logger()

CHECK_EVERY_S = 3.0
TOLD = 50
"""Records of the history that can be sent again after the topic has lost its newest ones."""
ANSWER_LIMIT_S = 10.0

Announcement = Literal["none", "pending", "announced"]


def is_lacking(promoted: ModelChanged, served: ModelChanged | None) -> bool:
    """Whether models.v1 lacks the promotion: it is empty or older. A newer event was meant to replace it."""
    if served is None:
        return True
    return served.version != promoted.version and served.changed_at < promoted.changed_at


def _retired(before: ModelChanged, event: ModelChanged) -> ModelChanged:
    """The record of a model that a promotion replaces."""
    return decision(before, event, event.status, reason="", now=event.changed_at, by=event.by)[0]


def _as_shadow(event: ModelChanged) -> ModelChanged:
    """The record of a model that is observed."""
    return event.past(ModelState.SHADOW, changed_at=event.changed_at, reason=event.reason, by=event.by)


@dataclass(slots=True)
class Announcements:
    """The newest promotion and whether models.v1 has it.

    Attributes:
        shadow: the model that is observed before it may serve.
        fault: what speaks against the model that serves, and why it was not rolled back; "" while nothing does.
    """

    kafka: KafkaSettings
    publisher: Publisher
    consumer: AIOKafkaConsumer
    model_dir: Path
    promoted: ModelChanged | None = None
    shadow: ModelChanged | None = None
    fault: str = ""
    state: Announcement = "none"
    error: str = ""
    _past: list[ModelChanged] = field(default_factory=list)  # records of the history that are not sent yet
    _told: dict[str, ModelChanged] = field(default_factory=dict)  # the newest record sent of each, for a loss
    _confirmed_end: int | None = None  # end of models.v1 when the promotion was last found on it
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)  # reads of the topic and writes to it
    _deciding: asyncio.Lock = field(default_factory=asyncio.Lock)  # changes of what serves; taken before the other

    def adopt(self, served: ModelChanged | None) -> ModelManifest | None:
        """At start: take up the newest promotion, noted or served, if its bundle can be used; returns its manifest.

        A promotion that is not on models.v1 is announced by the next check.
        """
        noted = read_promoted(self.model_dir)
        newest = served if served is not None and (noted is None or not is_lacking(noted, served)) else noted
        if newest is None:
            return None
        try:
            manifest = read_manifest(self.model_dir / newest.location)
        except BundleRefused as error:
            log.warning("promoted_model_is_gone", version=newest.version, error=str(error))
            return None
        self.promoted = newest
        self.state = "announced" if newest == served else "pending"
        return manifest

    async def promote(self, event: ModelChanged, *, judged_against: str | None) -> str:
        """Note a new promotion and announce it; `check` repeats an announcement that failed.

        Args:
            judged_against: the version that served when this model was judged.
        Returns:
            why it stays a candidate instead: somebody has decided meanwhile that another model serves; "" otherwise.
        """
        async with self._deciding:
            before = self.promoted
            if why := self._overtaken(judged_against):
                await self._set_aside(event, why)
                return why
            if before is not None:
                self._past.append(_retired(before, event))
            if self.shadow is not None and self.shadow.version == event.version:
                self.shadow = None
            self.promoted, self.state, self.error = event, "pending", ""
            await self._note(event)
        async with self._one_at_a_time:
            await self._trying(self._announce())
        return ""

    def _overtaken(self, judged_against: str | None) -> str:
        if self.promoted is None or self.promoted.version == judged_against:
            return ""
        return f"{self.promoted.version} serves now, against which it was not judged"

    async def _set_aside(self, event: ModelChanged, why: str) -> None:
        await self._tell(event.past(ModelState.CANDIDATE, changed_at=event.changed_at, reason=why, by=event.by))

    async def decide(self, choose: Callable[[], Awaitable[list[ModelChanged]]]) -> None:
        """Publish what `choose` decides, and take up the last of its events: what serves from now on.

        Nothing else changes what serves between the choice and its publication. `choose` finds models.v1 as it is
        after every earlier decision of this process.

        Raises:
            Transient, KafkaError, OSError: the broker did not answer, or not in time. If it has the events all the
                same, `check` takes them up.
        """
        async with self._deciding, self._one_at_a_time:
            await self._announce_past()
            if self.promoted is not None:
                await self._compare(self.promoted)
            events = await choose()
            self._confirmed_end = None
            await self.publisher.publish(MODELS, [record_of(MODELS, event) for event in events])
            self.promoted = events[-1]
            if self.shadow is not None and self.shadow.version == self.promoted.version:
                self.shadow = None
            self._confirmed()
            await self._note(self.promoted)

    async def refuse(self, event: ModelChanged) -> None:
        """Announce that a model was refused: it never serves, and stays in the history."""
        reason = "; ".join(event.verdict.reasons) if event.verdict else event.reason
        await self._tell(event.past(ModelState.REFUSED, changed_at=event.changed_at, reason=reason, by=event.by))

    async def try_out(self, event: ModelChanged, *, judged_against: str | None) -> str:
        """Announce a model as a shadow, which rankers rank with and do not show; an earlier one gives way.

        Args, Returns: as of `promote`.
        """
        async with self._deciding:
            if why := self._overtaken(judged_against):
                await self._set_aside(event, why)
                return why
            if self.shadow is not None:
                reason = f"{event.version} became the shadow in its place"
                await self.end_shadow(ModelState.CANDIDATE, reason=reason, now=event.changed_at)
            self.shadow = event
            await self._tell(_as_shadow(event))
            return ""

    async def end_shadow(self, state: ModelState, *, reason: str, now: datetime) -> None:
        """Announce that the shadow is none any more and does not serve; a refused one is marked so in its bundle."""
        shadow, self.shadow = self.shadow, None
        if shadow is None:
            return
        if state is ModelState.REFUSED:
            try:
                await asyncio.to_thread(mark_refused, self.model_dir / shadow.location, reason)
            except OSError as error:  # it then counts among the bundles that could serve
                log.warning("refused_bundle_not_marked", version=shadow.version, error=str(error))
        await self._tell(shadow.past(state, changed_at=now, reason=reason, by="gate"))

    async def _tell(self, past: ModelChanged) -> None:
        """Announce what is to be known of a model that does not serve."""
        self._past.append(past)
        async with self._one_at_a_time:
            await self._trying(self._announce_past())

    async def keep(self) -> None:
        """Check every CHECK_EVERY_S seconds. Never ends."""
        while True:
            await self.check()
            await asyncio.sleep(CHECK_EVERY_S)

    async def check(self) -> None:
        """If the end of models.v1 has moved, compare the topic with the promotion and announce what it lacks."""
        async with self._one_at_a_time:
            if self._past:
                await self._trying(self._announce_past())
            if self.promoted is not None:
                await self._trying(self._compare(self.promoted))

    async def _compare(self, promoted: ModelChanged) -> None:
        end = await self._end()
        if end == self._confirmed_end:
            return
        if self._confirmed_end is not None and end < self._confirmed_end:  # it has lost its newest records
            self._past = [*self._told.values(), *self._past]
            await self._announce_past()
        served = await current_model(self.kafka)
        if is_lacking(promoted, served):
            await ensure_topics(self.kafka, [MODELS], wait_s=ANSWER_LIMIT_S)  # a broker that started empty
            if self.shadow is not None:
                self._past.append(_as_shadow(self.shadow))
            await self._announce()
            log.warning("model_announced_again", version=promoted.version)
            return
        if self.promoted is not promoted:
            return  # a promotion meanwhile: the next check looks again
        if served is not None and served.changed_at > promoted.changed_at:
            self.promoted = served  # an admin decided
            await self._note(served)
            log.info("decision_taken_up", version=served.version, status=served.status, by=served.by)
        self._confirmed_end = end
        self._confirmed()

    async def _note(self, event: ModelChanged) -> None:
        try:
            await asyncio.to_thread(note_promoted, self.model_dir, event)
        except OSError as error:
            log.error("promotion_not_noted", version=event.version, error=str(error))

    async def _announce(self) -> None:
        assert self.promoted is not None  # noqa: S101  # the callers see to it
        self._confirmed_end = None
        self.state = "pending"
        await self._announce_past()
        await self.publisher.publish(MODELS, [record_of(MODELS, self.promoted)])
        self._confirmed()

    async def _announce_past(self) -> None:
        """Send what is to be known of models that do not serve."""
        waiting = list(self._past)
        if waiting:
            await self.publisher.publish(MODELS, [record_of(MODELS, event) for event in waiting])
            del self._past[: len(waiting)]
            for event in waiting:
                self._told.pop(event.version, None)  # the newest last
                self._told[event.version] = event
            for version in list(self._told)[:-TOLD]:
                del self._told[version]

    def _confirmed(self) -> None:
        self.state, self.error = "announced", ""

    async def _trying(self, work: Awaitable[None]) -> None:
        """Await the work; if it fails, report that once, and the next check tries again."""
        try:
            await work
        except (MarqueeError, KafkaError, OSError) as error:
            self._confirmed_end = None
            what = f"{type(error).__name__}: {error}"
            if not self.error:
                log.warning("announcement_pending", error=what, state=self.state)
            self.error = what

    async def _end(self) -> int:
        partition = TopicPartition(topic_name(self.kafka, MODELS.name), 0)
        async with asyncio.timeout(ANSWER_LIMIT_S):
            return int((await self.consumer.end_offsets([partition]))[partition])
