"""The run: inject a round of faults, wait until the system has recovered, check every invariant, repeat."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

import httpx

from marquee_cli.chaos.findings import Findings
from marquee_cli.chaos.injecting import Injector
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook
from marquee_cli.chaos.plan import Round
from marquee_cli.chaos.ranking_checks import RankingChecks
from marquee_cli.chaos.report import Injected, Result
from marquee_cli.chaos.store_checks import StoreChecks
from marquee_cli.chaos.stores import Stores
from marquee_cli.chaos.systems import System
from marquee_cli.chaos.truth import unsettled
from marquee_cli.failures import CommandFailed
from marquee_cli.parts import SERVICES

POLL_S = 0.5
ASK_LIMIT_S = 2.0
OPEN_FOR_S = 3.0
IN_FLIGHT_S = 0.5
SAMPLE = 500
"""Number of older histories that a poll reads; the check reads all of them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a run.

    Attributes:
        stop_s: how long a SIGSTOP lasts.
        settle_s: time within which the system must recover after the last fault of a round.
        digest_every: rounds between two comparisons with a clean replay.
        minutes: no round begins after this time.
        is_under_load: the faults are UNDER_LOAD, one at a time, so that each ranking is judged by what it has to say.
    """

    stop_s: float = 15.0
    settle_s: float = 60.0
    digest_every: int = 10
    minutes: float = 120.0
    is_under_load: bool = False


@dataclass(slots=True)
class Chaos:
    """One run on one system."""

    system: System
    load: Load
    limits: Limits
    findings: Findings
    injector: Injector
    stores: Stores
    store_checks: StoreChecks
    ranking_checks: RankingChecks
    known_user: int
    http: httpx.AsyncClient = field(init=False)

    @classmethod
    def on(cls, system: System, load: Load, limits: Limits, say: Callable[[str], None], result: Result) -> Self:
        """What a run needs, put together."""
        findings = Findings(result, say)
        injector = Injector(system, load, findings, limits.stop_s, limits.is_under_load)
        stores = Stores(system, load, injector.broker_deaths)
        return cls(
            system,
            load,
            limits,
            findings,
            injector,
            stores,
            StoreChecks(system, load, stores, findings),
            RankingChecks(load, injector, findings),
            known_user=min(load.known),
        )

    async def run(self, plan: Sequence[Round]) -> None:
        """Run all rounds, or as many as the time allows, under constant load."""
        self.http = httpx.AsyncClient(base_url=self.system.gateway, timeout=ASK_LIMIT_S)
        await self.system.hands.ask("ping")
        driving = asyncio.create_task(self.load.drive())
        try:
            await asyncio.sleep(2)
            for number, each in enumerate(plan, 1):
                if time.monotonic() - self.findings.began > self.limits.minutes * 60:
                    self.findings.say(f"time is up after {number - 1} of {len(plan)} rounds")
                    break
                self.findings.number = number
                if not await self._round(each, is_last=number == len(plan)):
                    break
            await self.store_checks.last_check()
        finally:
            driving.cancel()
            with suppress(asyncio.CancelledError):
                await driving
            await self.http.aclose()
            self._sum_up()

    async def _round(self, each: Round, *, is_last: bool) -> bool:
        """Run one round. False: the system did not recover, so the run ends here."""
        started = time.monotonic()
        if self.limits.is_under_load:
            await self.load.ask_for_everyone()
        self.ranking_checks.begin()
        self.injector.unavailable = None
        injected = [
            Injected(self.findings.number, one.fault.name, 0.0, [f.name for f in each.faults if f != one.fault])
            for one in each.injections
        ]
        done = asyncio.Event()
        watch = asyncio.create_task(self._watch(done))
        try:
            await asyncio.gather(*map(self.injector.inject, each.injections, injected))
        finally:
            done.set()
        polls = await watch + await self._settled(self.limits.settle_s)
        settled_at = polls[-1][0] if polls and not polls[-1][1] else None
        if settled_at is None:
            self.findings.violate(
                "settles", each.name, f"not settled {self.limits.settle_s:.0f} s later: {polls[-1][1]}"
            )
        recovered_at = _first_good_after_last_bad(polls)
        is_due = is_last or self.findings.number % self.limits.digest_every == 0
        with_digest = is_due and settled_at is not None
        with_status = "supervisor" in each.name or (with_digest and not self.limits.is_under_load)
        lost, excused, twice = await self.store_checks.check(
            each.name, with_digest=with_digest, with_status=with_status
        )
        ended = time.monotonic()
        errors, down_s = self.ranking_checks.judge(each)
        if self.limits.is_under_load:
            self.ranking_checks.judge_under_load(each.faults[0], injected[0], recovered_at or ended)
        for fault in injected:
            at = self.findings.began + fault.at_s
            fault.lost, fault.excused, fault.twice = lost, excused, twice
            fault.errors_5xx, fault.down_s = errors, round(down_s, 2)
            if recovered_at is not None and settled_at is not None:
                fault.recovery_s = round(max(0.0, recovered_at - at), 2)
            fault.accepted = self.load.ledger.accepted_between(at, recovered_at or ended)
        self.findings.result.faults += injected
        self._say_round(each, injected, ended - started)
        return settled_at is not None or await self._restored(each)

    async def _watch(self, done: asyncio.Event) -> list[tuple[float, str]]:
        """Poll while faults are injected."""
        polls: list[tuple[float, str]] = []
        while not done.is_set():
            wrong = await self._poll()
            polls.append((time.monotonic(), wrong))
            await asyncio.sleep(POLL_S)
        return polls

    async def _settled(self, limit_s: float) -> list[tuple[float, str]]:
        """Poll until everything is well or limit_s is over."""
        polls: list[tuple[float, str]] = []
        deadline = time.monotonic() + limit_s
        while True:
            wrong = await self._poll() or await self._not_well()
            polls.append((time.monotonic(), wrong))
            if not wrong or time.monotonic() > deadline:
                return polls
            await asyncio.sleep(POLL_S)

    async def _poll(self) -> str:
        """What users of the system would find wrong; empty if nothing."""
        try:
            answer = await self.http.post("/v1/rank", json={"user_id": self.known_user, "k": 5})
            wrong = unsettled(answer.json()) if answer.status_code == 200 else f"status {answer.status_code}"
        except httpx.HTTPError as error:
            wrong = f"the gateway does not answer: {type(error).__name__}"
        if wrong:
            return wrong
        if (waits_s := self.load.oldest_open_s()) > OPEN_FOR_S:
            return f"a rating has not been accepted for {waits_s:.0f} s"
        try:
            looked = await self.stores.look(age_s=IN_FLIGHT_S, sample=SAMPLE)
            return self.stores.behind(looked, in_flight=int(self.load.ratings_per_s * IN_FLIGHT_S))
        except CannotLook as error:
            return str(error)

    async def _not_well(self) -> str:
        """What the system itself reports as wrong; empty if nothing."""
        try:
            wrong = await self.system.not_well()
            for service in (service for service in SERVICES if service in self.system.parts):
                report = await self.system.looking.ask("get", url=self.system.url(service) + "/readyz")
                if report["status"] != 200:
                    lacking = [k for k, v in report["body"].get("dependencies", {}).items() if not v["ok"]]
                    wrong.append(f"readyz of {service} is {report['status']}: {', '.join(lacking)}")
            lag = (await self.system.looking.ask("get", url=self.system.url("features") + "/v1/state"))["body"]["lag"]
            if sum(lag.values()) > 2 * self.load.ratings_per_s:
                wrong.append(f"features reports a lag: {lag}")
        except (CannotLook, CommandFailed, KeyError) as error:
            return f"{type(error).__name__}: {error}"
        return "; ".join(wrong)

    async def _restored(self, each: Round) -> bool:
        """Restart the system by hand, so that the remaining rounds are meaningful. False: it does not recover."""
        self.findings.say("    restarting the system by hand ...")
        try:
            await self.system.restore()
        except CommandFailed as error:
            self.findings.violate("starts again", each.name, str(error))
            return False
        polls = await self._settled(self.limits.settle_s)
        if polls[-1][1]:
            self.findings.violate("starts again", each.name, f"not well after a restart by hand: {polls[-1][1]}")
            return False
        return True

    def _sum_up(self) -> None:
        ledger = self.load.ledger
        self.findings.result.totals = {
            **self.findings.totals,
            "accepted": len(ledger.accepted),
            "unknown": len(ledger.open),
            "refused": len(ledger.refused()),
            "rankings": len(ledger.rankings),
            "rungs": dict(Counter(one.rung for one in ledger.rankings if one.rung)),
            "no_answer": sum(one.outcome in ("refused", "timeout") for one in ledger.rankings),
            "minutes": round((time.monotonic() - self.findings.began) / 60, 2),
        }

    def _say_round(self, each: Round, injected: Sequence[Injected], seconds: float) -> None:
        times = ["never" if f.recovery_s is None else f"{f.recovery_s:.1f} s" for f in injected]
        skipped = [fault.name for fault in injected if fault.skipped]
        one = injected[0]
        self.findings.say(
            f"[{self.findings.number}] {each.name}: recovered after {', '.join(times)}; "
            + f"{one.accepted} accepted, {one.lost} lost"
            + (f" (+{one.excused})" if one.excused else "")
            + f", {one.twice} twice, {one.errors_5xx} x 5xx, gateway down {one.down_s:.1f} s"
            + (f"; skipped: {', '.join(skipped)}" if skipped else "")
            + f" ({seconds:.0f} s)"
        )


def _first_good_after_last_bad(polls: Sequence[tuple[float, str]]) -> float | None:
    """When the system had recovered: the first good poll after the last bad one; 0.0 if no poll was bad."""
    if not polls or polls[-1][1]:
        return None
    bad = [at for at, (_, wrong) in enumerate(polls) if wrong]
    return polls[bad[-1] + 1][0] if bad else 0.0
