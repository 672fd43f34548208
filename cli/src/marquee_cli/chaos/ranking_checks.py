"""Judging the rankings of a round by their status, by what they say of themselves and by how long they took."""

from dataclasses import dataclass

from marquee_cli.chaos.findings import EVIDENCE, Findings
from marquee_cli.chaos.injecting import Injector
from marquee_cli.chaos.ledger import unreachable_s
from marquee_cli.chaos.load import Load
from marquee_cli.chaos.plan import Fault, Kind, Round
from marquee_cli.chaos.report import Injected
from marquee_cli.chaos.under_load import judged

GATEWAY_KINDS = (Kind.KILL_ALL,)


@dataclass(slots=True)
class RankingChecks:
    """Of one system.

    Attributes:
        judged: rankings before this round.
    """

    load: Load
    injector: Injector
    findings: Findings
    judged: int = 0

    def begin(self) -> None:
        """Another round: what was answered so far is not of it."""
        self.judged = len(self.load.ledger.rankings)

    def judge(self, each: Round) -> tuple[int, float]:
        """Judge the rankings of this round; returns the number of 5xx, and the seconds without any answer."""
        rankings = self.load.ledger.rankings[self.judged :]
        errors = [one for one in rankings if one.outcome.startswith("5")]
        untrue = [one for one in rankings if one.untrue]
        if errors:
            self.findings.totals["errors_5xx"] += len(errors)
            evidence = [
                {"at_s": round(one.at - self.findings.began, 2), "status": one.outcome} for one in errors[:EVIDENCE]
            ]
            self.findings.violate("no 5xx on rank", each.name, f"{len(errors)} rankings answered with 5xx", evidence)
        if untrue:
            self.findings.totals["untrue"] += len(untrue)
            evidence = [
                {"at_s": round(one.at - self.findings.began, 2), "why": one.untrue} for one in untrue[:EVIDENCE]
            ]
            text = f"{len(untrue)} untrue rankings, e.g. {untrue[0].untrue}"
            self.findings.violate("the rung is true", each.name, text, evidence)
        down_s = unreachable_s(rankings)
        is_gateway_hit = any(fault.part == "gateway" or fault.kind in GATEWAY_KINDS for fault in each.faults)
        if down_s and not is_gateway_hit:
            text = f"no answer for {down_s:.1f} s, though nothing was done to it"
            self.findings.violate("the gateway stays up", each.name, text)
        return len(errors), down_s

    def judge_under_load(self, fault: Fault, injected: Injected, recovered_at: float) -> None:
        """Judge what each ranking of a round with one fault says, and note how long the rankings took."""
        verdict = judged(
            fault,
            self.load.ledger.rankings[self.judged :],
            span=self.injector.certainly_unavailable(fault.part),
            fault_at=self.findings.began + injected.at_s,
            recovered_at=recovered_at,
            refused_models=self.injector.refused_models,
        )
        if verdict.untrue:
            self.findings.totals["untrue"] += len(verdict.untrue)
            self.findings.violate("the rung is true", fault.name, verdict.untrue[0], list(verdict.untrue[:EVIDENCE]))
        injected.within, injected.degraded = verdict.within, verdict.degraded
        injected.besides, injected.ranked_ms = list(verdict.besides), list(verdict.ranked_ms)
        injected.rank_recovery_s = verdict.recovery_s
