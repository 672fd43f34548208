"""Doing the faults of a round to a system, and noting since when the part that is hit cannot answer."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

from marquee_cli.chaos.embedded import Embedded
from marquee_cli.chaos.findings import Findings
from marquee_cli.chaos.ledger import NEVER
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook
from marquee_cli.chaos.plan import Fault, Injection, Kind
from marquee_cli.chaos.report import Injected
from marquee_cli.chaos.systems import NotRunning, System
from marquee_cli.chaos.under_load import Span
from marquee_cli.failures import CommandFailed

FIND_PART_S = 20.0
NEWEST_FILES = 6
BURST_S, BURST_PER_S = 2.0, 20.0
"""Extra rankings while Redis is refilled, which does not take long."""
STOPPED_WITHIN_S = 0.2
"""After a SIGSTOP; until then a thread that was running may still answer."""
STARTED_S = 0.02
"""To which the start of a process is known."""


@dataclass(slots=True)
class Injector:
    """Does faults.

    Attributes:
        stop_s: how long a SIGSTOP lasts.
        is_load_stated: rankings are judged by how long they take, so that there are no more of them than said.
        broker_deaths: when the embedded broker ended, on the monotonic clock. unavailable: the part, in this round.
        refused_models: their names.
    """

    system: System
    load: Load
    findings: Findings
    stop_s: float
    is_load_stated: bool
    broker_deaths: list[float] = field(default_factory=list)
    unavailable: Span | None = None
    refused_models: list[str] = field(default_factory=list)

    async def inject(self, injection: Injection, injected: Injected) -> None:
        """Do one fault after its delay, as soon as its part runs; note when, or why not."""
        await asyncio.sleep(injection.delay_s)
        deadline = time.monotonic() + FIND_PART_S
        while True:
            injected.at_s = round(time.monotonic() - self.findings.began, 3)
            try:
                injected.note = await self._do(injection.fault)
                return
            except (NotRunning, CannotLook) as error:
                if time.monotonic() > deadline:
                    injected.skipped = f"not possible within {FIND_PART_S:.0f} s: {error!r}"
                    return
                await asyncio.sleep(0.3)
            except CommandFailed as error:
                injected.note = str(error)
                self.findings.violate("goes on", injected.name, str(error))
                with suppress(CommandFailed):
                    await self.system.restore()
                return

    async def _do(self, fault: Fault) -> str:
        system = self.system
        now = time.monotonic()
        match fault.kind:
            case Kind.KILL:
                await system.kill(fault.part)
                self.unavailable = Span(time.monotonic(), NEVER)
                self._broker_died(now, fault.part == "kafka")
            case Kind.STOP:
                await system.freeze(fault.part)
                frozen_at = time.monotonic() + STOPPED_WITHIN_S
                await asyncio.sleep(self.stop_s)
                self.unavailable = Span(frozen_at, time.monotonic())
                if not await system.thaw(fault.part):
                    self.unavailable = Span(frozen_at, NEVER)
                    self._broker_died(now, fault.part == "kafka")
                    return "ended by something else while it was stopped"
            case Kind.HANG:
                await system.freeze(fault.part)
                self.unavailable = Span(time.monotonic() + STOPPED_WITHIN_S, NEVER)
            case Kind.KILL_ALL:
                await system.kill_all()
                self._broker_died(now, True)
            case Kind.SUPERVISOR:
                await system.kill_supervisor()
            case Kind.BROKER_DATA:
                await system.delete_broker_data()
                self._broker_died(now, True)
            case Kind.FLUSH:
                await system.hands.ask("flush", limit_s=5)
                burst_s = 0.0 if self.is_load_stated else BURST_S
                await self.load.ask_often(seconds=burst_s, per_s=BURST_PER_S)
            case Kind.LOG_NEWEST:
                return f"{(await system.hands.ask('drop_newest', count=NEWEST_FILES))['deleted']} files"
            case Kind.LOG_GONE:
                await system.hands.ask("drop_log")
            case Kind.DAMAGED_MODEL | Kind.UNKNOWN_OPSET:
                self.refused_models.append(name := await system.promote(fault.kind))
                return f"{name} was refused"
            case Kind.SWAPS:
                return await system.promote(fault.kind)
        return ""

    def _broker_died(self, at: float, is_broker: bool) -> None:
        """Note the time at which the embedded broker ended: only that one acknowledges before it writes."""
        if is_broker and isinstance(self.system, Embedded):
            self.broker_deaths.append(at)

    def certainly_unavailable(self, part: str) -> Span | None:
        """When the part of this round was: of one that was replaced, until its next process began."""
        span = self.unavailable
        if span is None or span.until < NEVER:
            return span
        try:
            started_at = self.system.started_at(part)
        except NotRunning:
            return span
        return None if started_at is None else Span(span.since, started_at - STARTED_S)
