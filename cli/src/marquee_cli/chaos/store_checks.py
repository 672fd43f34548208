"""Checking, while no rating is under way, that the stores hold every accepted rating once, as a clean replay would."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from marquee_cli.chaos.findings import EVIDENCE, Findings
from marquee_cli.chaos.ledger import Sent, excusable
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.looking import CannotLook, Json
from marquee_cli.chaos.stores import Stores, rows_of
from marquee_cli.chaos.systems import Replay, System
from marquee_cli.failures import CommandFailed

DRAIN_S = 30.0
REPLAY_LIMIT_S = 120.0


@dataclass(slots=True)
class StoreChecks:
    """Of one system."""

    system: System
    load: Load
    stores: Stores
    findings: Findings
    replays: int = 0

    async def check(self, name: str, *, with_digest: bool, with_status: bool) -> tuple[int, int, int]:
        """Returns lost, excused and doubly counted ratings.

        Args:
            with_digest: compare with a clean replay, too. with_status: read what `marquee status` says, too.
        """
        still_open = await self.load.drain(DRAIN_S)
        try:
            if still_open:
                self.findings.violate(
                    "accepts", name, f"{still_open} ratings are not answered with 202 within {DRAIN_S:.0f} s"
                )
            with suppress(CannotLook):
                await self.stores.quiet()
            found = await self.stores.checked()
            if found is None:
                self.findings.violate("can be checked", name, "the stores or the topic cannot be read")
                return 0, 0, 0
            if still_open:  # they may be applied between two reads: counts and histories cannot be compared
                found["wrong_counts"] = {}
            lost, excused, twice = await self._judge(name, found)
            if with_digest:
                await self._compare_with_replay(name)
            if with_status:
                await self._ask_status(name)
            return lost, excused, twice
        finally:
            self.load.may_write.set()

    async def _ask_status(self, name: str) -> None:
        if wrong := await self.system.status_says():
            self.findings.violate("status is true", name, wrong)

    async def _judge(self, name: str, found: Json) -> tuple[int, int, int]:
        by_id = self.load.ledger.by_id
        where: dict[str, list[str]] = {}
        for place, key in (("history", "not_in_history"), ("log", "not_in_log"), ("topic", "not_on_topic")):
            for event_id in found[key]:
                where.setdefault(event_id, []).append(place)
        excused = [
            event_id
            for event_id, places in where.items()
            if len(places) == 3 and excusable(by_id[event_id].accepted_at, self.stores.broker_deaths)
        ]
        lost = [event_id for event_id in where if event_id not in set(excused)]
        if lost:
            evidence = [self._evidence(by_id[event_id], where[event_id]) for event_id in lost[:EVIDENCE]]
            self.findings.violate(
                "nothing accepted is lost", name, f"{len(lost)} accepted ratings are missing", evidence
            )
        twice = sum(max(0, counted - expected) for expected, counted in found["wrong_counts"].values())
        if found["wrong_counts"]:
            evidence = [
                {"movie_id": int(movie), "expected": expected, "counted": counted}
                for movie, (expected, counted) in list(found["wrong_counts"].items())[:EVIDENCE]
            ]
            text = f"the counts of {len(found['wrong_counts'])} movies differ from the histories"
            self.findings.violate("counts equal histories", name, text, evidence)
            await self.system.looking.ask("accept_counts", wrong=found["wrong_counts"])
        odd = [pair for pair in found["not_once_in_log"] if pair[0] not in where]
        if odd:
            self.findings.violate(
                "once in the log", name, f"{len(odd)} ratings not exactly once in the log", odd[:EVIDENCE]
            )
        for key, text in (
            ("old_histories_short", "users of the data set"),
            ("old_events_not_in_log", "events of the log"),
        ):
            if found[key]:
                self.findings.violate("the data set stays", name, f"{found[key]} {text} lack ratings")
        if refused := [sent for sent in self.load.ledger.refused() if sent.event_id not in self.stores.reported]:
            self.findings.violate("accepts", name, f"{len(refused)} ratings were refused", [refused[0].refusal])
            self.stores.reported |= {sent.event_id for sent in refused}
        self.stores.reported |= where.keys()
        await self.system.looking.ask("look", add=[], forget=list(where))
        self.findings.totals["lost"] += len(lost)
        self.findings.totals["excused"] += len(excused)
        self.findings.totals["twice"] += twice
        return len(lost), len(excused), twice

    def _evidence(self, sent: Sent, missing: list[str]) -> Json:
        return {
            "event_id": sent.event_id,
            "user_id": sent.user_id,
            "movie_id": sent.movie_id,
            "missing_in": missing,
            "accepted_at_s": round(sent.accepted_at - self.findings.began, 3),
            "receipt": sent.receipt,
            "answers": sent.statuses,
            "s_before_broker_death": [
                round(death - sent.accepted_at, 2)
                for death in self.stores.broker_deaths
                if abs(death - sent.accepted_at) < 30
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
                text = f"{ours['digest'][:12]}, the replay has another"
                self.findings.violate("digest equals a clean replay", name, text, [ours, theirs])
            self.findings.totals["digests"] = self.findings.totals.get("digests", 0) + 1
        except (CannotLook, CommandFailed, TimeoutError) as error:
            self.findings.violate("digest equals a clean replay", name, f"could not be compared: {error}")
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

    async def last_check(self) -> None:
        """End the load, and check whether ratings reported as lost have come back."""
        await self.load.drain(DRAIN_S)
        gone = [sent for sent in self.load.ledger.accepted if sent.event_id in self.stores.reported]
        with suppress(CannotLook):
            looked = await self.system.looking.ask("look", add=rows_of(gone), forget=[])
            missing = {*looked["not_in_history"], *looked["not_in_log"]}
            self.findings.totals["lost_for_good"] = sum(sent.event_id in missing for sent in gone)
