"""All models as models.v1 has them, and decisions about which of them serves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from marquee.bundle import BundleRefused, verified_manifest
from marquee.contracts.events import ModelChanged, ModelState, ModelStatus
from marquee.contracts.registry import CannotServe, Entry, champion_of, check_decision, decision, registry
from marquee.contracts.topics import MODELS
from marquee.errors import Refused, Transient, not_found
from marquee.kafka.clients import topic_name
from marquee.kafka.models_topic import model_events
from marquee.settings import KafkaSettings
from trainer.announcing import Announcements

log = structlog.get_logger()

ANSWER_S = 4.0
"""For one answer: what is read, checked and acknowledged by the broker."""
ADMIN = "admin"


@dataclass(slots=True)
class ModelRegistry:
    """Reads models.v1 when its end has moved; lets an admin's decisions through one at a time."""

    kafka: KafkaSettings
    consumer: AIOKafkaConsumer
    announcements: Announcements
    model_dir: Path
    answer_s: float = ANSWER_S
    _read: tuple[Entry, ...] = ()
    _read_end: int | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def entries(self) -> tuple[Entry, ...]:
        """All models, the champion first.

        Raises:
            Transient: the broker did not answer in time.
        """
        async with self._in_time(), self._reading:
            partition = TopicPartition(topic_name(self.kafka, MODELS.name), 0)
            end = int((await self.consumer.end_offsets([partition]))[partition])
            if end != self._read_end:
                self._read = registry(await model_events(self.kafka))
                self._read_end = end
            return self._read

    async def decide(
        self, version: str, status: ModelStatus, *, reason: str, clock: Callable[[], datetime]
    ) -> tuple[Entry, str | None]:
        """Let a model serve: its new entry, and the version that served until then.

        Args:
            status: PROMOTED or ROLLED_BACK.
        Raises:
            Refused: 404, there is no such model; 409, it may not or cannot serve.
            Transient: the broker did not acknowledge in time; whether it has the decision, the next read says.
        """
        decided: list[tuple[ModelChanged, str | None]] = []

        async def choose() -> list[ModelChanged]:
            entries = registry(await model_events(self.kafka))
            wanted, champion = named(entries, version), champion_of(entries)
            await asyncio.to_thread(self._check, wanted, status)
            served = None if champion is None else champion.event
            now = later(clock(), served)
            events = decision(served, wanted.event, status, reason=reason, now=now, by=ADMIN)
            decided.append((events[-1], None if served is None else served.version))
            return events

        async with self._in_time():
            await self.announcements.decide(choose)
        event, before = decided[-1]
        log.info("model_decided", version=version, status=status.value, reason=reason, instead_of=before)
        return Entry(ModelState.CHAMPION, event), before

    def _check(self, wanted: Entry, status: ModelStatus) -> None:
        """Raises: Refused, 409: the model may not serve, or its bundle is not whole."""
        try:
            check_decision(wanted, status)
            verified_manifest(self.model_dir / wanted.event.location)
        except CannotServe as error:
            raise cannot_serve(str(error)) from None
        except BundleRefused as error:  # the public has no use for the folder
            why = str(error).replace(f"{self.model_dir}/", "")
            raise cannot_serve(f"{wanted.version} cannot serve: {why}") from None

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self.answer_s):
                yield
        except (KafkaError, OSError) as error:  # a TimeoutError is an OSError
            cause = f"{type(error).__name__}: {error}".strip(": ")
            raise Transient(f"kafka at {self.kafka.bootstrap}: {cause}", what="kafka") from error


def named(entries: tuple[Entry, ...], version: str) -> Entry:
    """The model of this name.

    Raises:
        Refused: 404, there is none.
    """
    for entry in entries:
        if entry.version == version:
            return entry
    raise not_found("model", f"there is no model {version}")


def cannot_serve(detail: str) -> Refused:
    """A 409: the model does not get to serve."""
    return Refused(409, "cannot_serve", "Conflict", detail)


def later(now: datetime, served: ModelChanged | None) -> datetime:
    """The time of a decision: after the one before it, also if the clock was put back in between."""
    now = now.astimezone(UTC)
    return now if served is None else max(now, served.changed_at + timedelta(milliseconds=1))
