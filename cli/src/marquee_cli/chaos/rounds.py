"""The run: inject a round of faults, wait until the system has recovered, check every invariant, repeat."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from marquee_cli.chaos.embedded import Embedded
from marquee_cli.chaos.ledger import NEVER, Sent, excusable, unreachable_s
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook, Json
from marquee_cli.chaos.plan import Fault, Injection, Kind, Round
from marquee_cli.chaos.report import Injected, Result, Violation
from marquee_cli.chaos.systems import NotRunning, Replay, System
from marquee_cli.chaos.truth import unsettled
from marquee_cli.chaos.under_load import Span, judged
from marquee_cli.failures import CommandFailed
from marquee_cli.parts import SERVICES

POLL_S = 0.5
ASK_LIMIT_S = 2.0
OPEN_FOR_S = 3.0
IN_FLIGHT_S = 0.5
DRAIN_S = 30.0
FIND_PART_S = 20.0
NEWEST_FILES = 6
REPLAY_LIMIT_S = 120.0
SAMPLE = 500
"""Number of older histories that a poll reads; the check reads all of them."""
BURST_S, BURST_PER_S = 2.0, 20.0
"""Extra rankings while Redis is refilled, which does not take long."""
EVIDENCE = 20
GATEWAY_KINDS = (Kind.KILL_ALL,)
STOPPED_WITHIN_S = 0.2
"""After a SIGSTOP; until then a thread that was running may still answer."""
STARTED_S = 0.02
"""To which the start of a process is known."""


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
    say: Callable[[str], None]
    result: Result
    known_user: int
    began: float = field(default_factory=time.monotonic)
    broker_deaths: list[float] = field(default_factory=list)
    reported: set[str] = field(default_factory=set)  # event ids found lost
    known_to_probe: int = 0  # accepted ratings that the probe has been given
    judged: int = 0  # rankings before this round
    unavailable: Span | None = None  # in this round
    refused_models: list[str] = field(default_factory=list)
    http: httpx.AsyncClient = field(init=False)
    totals: dict[str, int] = field(
        default_factory=lambda: {"lost": 0, "excused": 0, "twice": 0, "errors_5xx": 0, "untrue": 0}
    )
    number: int = 0
    replays: int = 0

    async def run(self, plan: Sequence[Round]) -> None:
        """Run all rounds, or as many as the time allows, under constant load."""
        self.http = httpx.AsyncClient(base_url=self.system.gateway, timeout=ASK_LIMIT_S)
        await self.system.hands.ask("ping")
        driving = asyncio.create_task(self.load.drive())
        try:
            await asyncio.sleep(2)
            for number, each in enumerate(plan, 1):
                if time.monotonic() - self.began > self.limits.minutes * 60:
                    self.say(f"time is up after {number - 1} of {len(plan)} rounds")
                    break
                self.number = number
                if not await self._round(each, is_last=number == len(plan)):
                    break
            await self._last_check()
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
        self.judged, self.unavailable = len(self.load.ledger.rankings), None
        injected = [
            Injected(self.number, one.fault.name, 0.0, [f.name for f in each.faults if f != one.fault])
            for one in each.injections
        ]
        done = asyncio.Event()
        watch = asyncio.create_task(self._watch(done))
        try:
            await asyncio.gather(*map(self._inject, each.injections, injected))
        finally:
            done.set()
        polls = await watch + await self._settled(self.limits.settle_s)
        settled_at = polls[-1][0] if polls and not polls[-1][1] else None
        if settled_at is None:
            self._violate("settles", each.name, f"not settled {self.limits.settle_s:.0f} s later: {polls[-1][1]}")
        recovered_at = _first_good_after_last_bad(polls)
        with_digest = is_last or self.number % self.limits.digest_every == 0
        lost, excused, twice = await self._check(each.name, with_digest=with_digest and settled_at is not None)
        ended = time.monotonic()
        errors, down_s = self._judge_rankings(each)
        if self.limits.is_under_load:
            self._judge_under_load(each.faults[0], injected[0], recovered_at or ended)
        for fault in injected:
            at = self.began + fault.at_s
            fault.lost, fault.excused, fault.twice = lost, excused, twice
            fault.errors_5xx, fault.down_s = errors, round(down_s, 2)
            if recovered_at is not None and settled_at is not None:
                fault.recovery_s = round(max(0.0, recovered_at - at), 2)
            fault.accepted = self.load.ledger.accepted_between(at, recovered_at or ended)
        self.result.faults += injected
        self._say_round(each, injected, ended - started)
        return settled_at is not None or await self._restored(each)

    async def _inject(self, injection: Injection, injected: Injected) -> None:
        await asyncio.sleep(injection.delay_s)
        deadline = time.monotonic() + FIND_PART_S
        while True:
            injected.at_s = round(time.monotonic() - self.began, 3)
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
                self._violate("goes on", injected.name, str(error))
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
                await asyncio.sleep(self.limits.stop_s)
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
                burst_s = 0.0 if self.limits.is_under_load else BURST_S  # the load is to be the stated one
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
            looked = await self._look(age_s=IN_FLIGHT_S, sample=SAMPLE)
            return self._behind(looked, in_flight=int(self.load.ratings_per_s * IN_FLIGHT_S))
        except CannotLook as error:
            return str(error)

    async def _look(self, *, age_s: float = 0.0, sample: int = 0) -> Json:
        """Compare the stores with the accepted ratings.

        Args:
            age_s: ignore ratings accepted more recently, since applying one takes a moment.
        """
        latest = time.monotonic() - age_s
        new = [sent for sent in self.load.ledger.accepted[self.known_to_probe :] if sent.accepted_at <= latest]
        looked = await self.system.looking.ask("look", add=_rows(new), forget=[], sample=sample)
        self.known_to_probe += len(new)
        return looked

    def _behind(self, looked: Json, *, in_flight: int = 0) -> str:
        """What the stores lack; empty if nothing. Ratings that the embedded broker may lose are not counted."""
        accepted = self.load.ledger.by_id
        lacking = {
            place: sum(not excusable(accepted[each].accepted_at, self.broker_deaths) for each in looked[key])
            for place, key in (("Redis", "not_in_history"), ("the log", "not_in_log"))
        }
        lag = {topic: count for topic, count in looked["lag"].items() if count > in_flight}
        parts = [f"lag {lag}" if lag else ""]
        parts += [f"{count} accepted ratings not in {place}" if count else "" for place, count in lacking.items()]
        parts += [
            f"{looked['old_events_not_in_log']} old events not in the log" if looked["old_events_not_in_log"] else ""
        ]
        parts += [f"{looked['old_histories_short']} histories incomplete" if looked["old_histories_short"] else ""]
        return ", ".join(filter(None, parts))

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

    async def _check(self, name: str, *, with_digest: bool) -> tuple[int, int, int]:
        """Check the stores while no rating is under way; returns lost, excused and doubly counted ratings."""
        still_open = await self.load.drain(DRAIN_S)
        try:
            if still_open:
                self._violate("accepts", name, f"{still_open} ratings are not answered with 202 within {DRAIN_S:.0f} s")
            with suppress(CannotLook):
                await self._quiet()
            found = await self._checked()
            if found is None:
                self._violate("can be checked", name, "the stores or the topic cannot be read")
                return 0, 0, 0
            if still_open:  # they may be applied between two reads: counts and histories cannot be compared
                found["wrong_counts"] = {}
            lost, excused, twice = await self._judge(name, found)
            if with_digest:
                await self._compare_with_replay(name)
            if "supervisor" in name or (with_digest and not self.limits.is_under_load):
                await self._ask_status(name)
            return lost, excused, twice
        finally:
            self.load.may_write.set()

    async def _ask_status(self, name: str) -> None:
        if wrong := await self.system.status_says():
            self._violate("status is true", name, wrong)

    async def _quiet(self, limit_s: float = 15.0) -> None:
        """Wait until everything accepted has been applied, for at most limit_s."""
        deadline = time.monotonic() + limit_s
        while self._behind(await self._look()) and time.monotonic() < deadline:  # noqa: ASYNC110  # with a deadline
            await asyncio.sleep(0.2)

    async def _checked(self) -> Json | None:
        for _ in range(3):
            with suppress(CannotLook):
                await self._look()
                return await self.system.looking.ask("check", unclear=_rows(self._unclear()), limit_s=90)
            await asyncio.sleep(2)
        return None

    def _unclear(self) -> list[Sent]:
        """Ratings that may or may not be in the stores: never answered with 202, or reported as lost before."""
        gone = [sent for sent in self.load.ledger.accepted if sent.event_id in self.reported]
        return [*self.load.ledger.open.values(), *gone]

    async def _judge(self, name: str, found: Json) -> tuple[int, int, int]:
        by_id = self.load.ledger.by_id
        where: dict[str, list[str]] = {}
        for place, key in (("history", "not_in_history"), ("log", "not_in_log"), ("topic", "not_on_topic")):
            for event_id in found[key]:
                where.setdefault(event_id, []).append(place)
        excused = [
            event_id
            for event_id, places in where.items()
            if len(places) == 3 and excusable(by_id[event_id].accepted_at, self.broker_deaths)
        ]
        lost = [event_id for event_id in where if event_id not in set(excused)]
        if lost:
            evidence = [self._evidence(by_id[event_id], where[event_id]) for event_id in lost[:EVIDENCE]]
            self._violate("nothing accepted is lost", name, f"{len(lost)} accepted ratings are missing", evidence)
        twice = sum(max(0, counted - expected) for expected, counted in found["wrong_counts"].values())
        if found["wrong_counts"]:
            evidence = [
                {"movie_id": int(movie), "expected": expected, "counted": counted}
                for movie, (expected, counted) in list(found["wrong_counts"].items())[:EVIDENCE]
            ]
            text = f"the counts of {len(found['wrong_counts'])} movies differ from the histories"
            self._violate("counts equal histories", name, text, evidence)
            await self.system.looking.ask("accept_counts", wrong=found["wrong_counts"])
        odd = [pair for pair in found["not_once_in_log"] if pair[0] not in where]
        if odd:
            self._violate("once in the log", name, f"{len(odd)} ratings not exactly once in the log", odd[:EVIDENCE])
        for key, text in (
            ("old_histories_short", "users of the data set"),
            ("old_events_not_in_log", "events of the log"),
        ):
            if found[key]:
                self._violate("the data set stays", name, f"{found[key]} {text} lack ratings")
        if refused := [sent for sent in self.load.ledger.refused() if sent.event_id not in self.reported]:
            self._violate("accepts", name, f"{len(refused)} ratings were refused", [refused[0].refusal])
            self.reported |= {sent.event_id for sent in refused}
        self.reported |= where.keys()
        await self.system.looking.ask("look", add=[], forget=list(where))
        self.totals["lost"] += len(lost)
        self.totals["excused"] += len(excused)
        self.totals["twice"] += twice
        return len(lost), len(excused), twice

    def _evidence(self, sent: Sent, missing: list[str]) -> Json:
        return {
            "event_id": sent.event_id,
            "user_id": sent.user_id,
            "movie_id": sent.movie_id,
            "missing_in": missing,
            "accepted_at_s": round(sent.accepted_at - self.began, 3),
            "receipt": sent.receipt,
            "answers": sent.statuses,
            "s_before_broker_death": [
                round(death - sent.accepted_at, 2) for death in self.broker_deaths if abs(death - sent.accepted_at) < 30
            ],
        }

    async def _compare_with_replay(self, name: str) -> None:
        """Check that the online store equals what a new `features` process builds from the same topics."""
        self.replays += 1
        replay: Replay | None = None
        space = f"chaos{self.load.run}x{self.replays}"
        try:
            replay = await self.system.replay(space)
            theirs = await self._digest_of(replay.url)
            ours = await self._digest_of(self.system.url("features"))
            if ours != theirs:
                self._violate("digest equals a clean replay", name, f"{ours['digest'][:12]}, the replay has another",
                              [ours, theirs])  # fmt: skip
            self.totals["digests"] = self.totals.get("digests", 0) + 1
        except (CannotLook, CommandFailed, TimeoutError) as error:
            self._violate("digest equals a clean replay", name, f"could not be compared: {error}")
        finally:
            if replay is not None:
                await replay.stop()
            with suppress(CannotLook):
                await self.system.looking.ask("forget_space", space=space, limit_s=60)

    async def _digest_of(self, url: str) -> Json:
        """The digest and the counts, once the process has no lag."""
        deadline, last = time.monotonic() + REPLAY_LIMIT_S, ""
        known = sum(map(len, self.load.known.values()))
        while time.monotonic() < deadline:
            try:
                state = (await self.system.looking.ask("get", url=url + "/v1/state"))["body"]
                if not sum(state["lag"].values()) and state["ratings"] >= known and state["movies"]:
                    before = state["users"], state["ratings"]
                    await asyncio.sleep(1)  # a process that has just started has no partitions yet
                    again = (await self.system.looking.ask("get", url=url + "/v1/state"))["body"]
                    if before == (again["users"], again["ratings"]) and not sum(again["lag"].values()):
                        found = (await self.system.looking.ask("get", url=url + "/v1/digest", limit_s=60))["body"]
                        return {"digest": found["digest"], **{k: again[k] for k in ("users", "ratings", "movies")}}
                last = str({"lag": state["lag"], "ratings": state["ratings"]})
            except (CannotLook, KeyError) as error:
                last = repr(error)
            await asyncio.sleep(0.3)
        raise TimeoutError(f"{url} does not reach the end of the topics within {REPLAY_LIMIT_S:.0f} s: {last}")

    def _judge_rankings(self, each: Round) -> tuple[int, float]:
        """Judge the rankings of this round; returns the number of 5xx, and the seconds without any answer."""
        rankings = self.load.ledger.rankings[self.judged :]
        errors = [one for one in rankings if one.outcome.startswith("5")]
        untrue = [one for one in rankings if one.untrue]
        if errors:
            self.totals["errors_5xx"] += len(errors)
            evidence = [{"at_s": round(one.at - self.began, 2), "status": one.outcome} for one in errors[:EVIDENCE]]
            self._violate("no 5xx on rank", each.name, f"{len(errors)} rankings answered with 5xx", evidence)
        if untrue:
            self.totals["untrue"] += len(untrue)
            evidence = [{"at_s": round(one.at - self.began, 2), "why": one.untrue} for one in untrue[:EVIDENCE]]
            text = f"{len(untrue)} untrue rankings, e.g. {untrue[0].untrue}"
            self._violate("the rung is true", each.name, text, evidence)
        down_s = unreachable_s(rankings)
        is_gateway_hit = any(fault.part == "gateway" or fault.kind in GATEWAY_KINDS for fault in each.faults)
        if down_s and not is_gateway_hit:
            text = f"no answer for {down_s:.1f} s, though nothing was done to it"
            self._violate("the gateway stays up", each.name, text)
        return len(errors), down_s

    def _judge_under_load(self, fault: Fault, injected: Injected, recovered_at: float) -> None:
        """Judge what each ranking of a round with one fault says, and note how long the rankings took."""
        verdict = judged(
            fault,
            self.load.ledger.rankings[self.judged :],
            span=self._certainly_unavailable(fault.part),
            fault_at=self.began + injected.at_s,
            recovered_at=recovered_at,
            refused_models=self.refused_models,
        )
        if verdict.untrue:
            self.totals["untrue"] += len(verdict.untrue)
            self._violate("the rung is true", fault.name, verdict.untrue[0], list(verdict.untrue[:EVIDENCE]))
        injected.within, injected.degraded = verdict.within, verdict.degraded
        injected.besides, injected.ranked_ms = list(verdict.besides), list(verdict.ranked_ms)
        injected.rank_recovery_s = verdict.recovery_s

    def _certainly_unavailable(self, part: str) -> Span | None:
        """When the part of this round was: of one that was replaced, until its next process began."""
        span = self.unavailable
        if span is None or span.until < NEVER:
            return span
        try:
            started_at = self.system.started_at(part)
        except NotRunning:
            return span
        return None if started_at is None else Span(span.since, started_at - STARTED_S)

    async def _restored(self, each: Round) -> bool:
        """Restart the system by hand, so that the remaining rounds are meaningful. False: it does not recover."""
        self.say("    restarting the system by hand ...")
        try:
            await self.system.restore()
        except CommandFailed as error:
            self._violate("starts again", each.name, str(error))
            return False
        polls = await self._settled(self.limits.settle_s)
        if polls[-1][1]:
            self._violate("starts again", each.name, f"not well after a restart by hand: {polls[-1][1]}")
            return False
        return True

    async def _last_check(self) -> None:
        """End the load, and check whether ratings reported as lost have come back."""
        await self.load.drain(DRAIN_S)
        gone = [sent for sent in self.load.ledger.accepted if sent.event_id in self.reported]
        with suppress(CannotLook):
            looked = await self.system.looking.ask("look", add=_rows(gone), forget=[])
            missing = {*looked["not_in_history"], *looked["not_in_log"]}
            self.totals["lost_for_good"] = sum(sent.event_id in missing for sent in gone)

    def _sum_up(self) -> None:
        ledger = self.load.ledger
        self.result.totals = {
            **self.totals,
            "accepted": len(ledger.accepted),
            "unknown": len(ledger.open),
            "refused": len(ledger.refused()),
            "rankings": len(ledger.rankings),
            "rungs": dict(Counter(one.rung for one in ledger.rankings if one.rung)),
            "no_answer": sum(one.outcome in ("refused", "timeout") for one in ledger.rankings),
            "minutes": round((time.monotonic() - self.began) / 60, 2),
        }

    def _violate(self, invariant: str, name: str, text: str, evidence: list[Any] | None = None) -> None:
        self.result.violations.append(Violation(self.number, name, invariant, text, evidence or []))
        self.say(f"    BROKEN: {invariant}: {text}")

    def _say_round(self, each: Round, injected: Sequence[Injected], seconds: float) -> None:
        times = ["never" if f.recovery_s is None else f"{f.recovery_s:.1f} s" for f in injected]
        skipped = [fault.name for fault in injected if fault.skipped]
        one = injected[0]
        self.say(
            f"[{self.number}] {each.name}: recovered after {', '.join(times)}; "
            + f"{one.accepted} accepted, {one.lost} lost"
            + (f" (+{one.excused})" if one.excused else "")
            + f", {one.twice} twice, {one.errors_5xx} x 5xx, gateway down {one.down_s:.1f} s"
            + (f"; skipped: {', '.join(skipped)}" if skipped else "")
            + f" ({seconds:.0f} s)"
        )


def _rows(ratings: Sequence[Sent]) -> list[tuple[str, int, int]]:
    return [(sent.event_id, sent.user_id, sent.movie_id) for sent in ratings]


def _first_good_after_last_bad(polls: Sequence[tuple[float, str]]) -> float | None:
    """When the system had recovered: the first good poll after the last bad one; 0.0 if no poll was bad."""
    if not polls or polls[-1][1]:
        return None
    bad = [at for at, (_, wrong) in enumerate(polls) if wrong]
    return polls[bad[-1] + 1][0] if bad else 0.0
