"""The gate: whether a trained model may serve. Pure decisions on what was measured; the numbers go into the verdict.

A model is measured on the newest window: the lists of users whose later likes it has not learned from. Each of its
systems is measured on the same lists, so that differences are paired, one per user.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.verdict import Check, Outcome, Verdict
from trainer.baselines import TITLES
from trainer.evaluate import Interval, bootstrap, mean_of_users
from trainer.gate import GateConfig, outcome_of
from trainer.slices import user_slices
from trainer.soundness import Measured, sound


@dataclass(frozen=True, slots=True)
class Lists:
    """What was measured on the newest window's lists, one value per list.

    Attributes:
        user_id: a user may have a list of each kind. is_newcomer: (l,) bool.
        history: (l,) how many ratings were known. mean_rating: (l,) of the known ratings.
        ndcg: nDCG@10 by system: CANDIDATE, SERVED and CHAMPION where there is one; all others are baselines.
    """

    user_id: IntArray
    is_newcomer: BoolArray
    history: IntArray
    mean_rating: FloatArray
    ndcg: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.user_id)

    @classmethod
    def none(cls) -> Self:
        """Nothing was measured."""
        return cls(np.empty(0, np.int64), np.empty(0, bool), np.empty(0, np.int64), np.empty(0), {})

    @property
    def n_users(self) -> int:
        return len(np.unique(self.user_id))


CANDIDATE, SERVED, CHAMPION = "candidate", "served", "champion"
"""Systems in `Lists.ndcg` beside the baselines: the trial model, the model to serve, and the one that serves now."""


def judge(lists: Lists, measured: Measured, rules: GateConfig, *, champion_is_judged: bool) -> Verdict:
    """The verdict on a ranker.

    Args:
        champion_is_judged: the model that serves was itself judged on enough lists. Then it stays when nothing can be
            measured; otherwise a model that could not be judged either may replace it.
    """
    checks = sound(measured, rules)
    is_judged = lists.n_users >= rules.min_users and CANDIDATE in lists.ndcg
    if is_judged:
        checks += _quality(lists, measured, rules)
    failed, undecided = (
        [check.detail for check in checks if check.outcome is outcome]
        for outcome in (Outcome.FAILED, Outcome.UNDECIDED)
    )
    if not is_judged:
        few = f"too few lists to judge: {lists.n_users} users, {rules.min_users} are needed"
        undecided.append(f"{few}; {measured.champion}, which was judged, stays" if champion_is_judged else few)
    return Verdict(
        outcome=Outcome.FAILED if failed else Outcome.UNDECIDED if undecided else Outcome.PASSED,
        is_promoted=not failed and (is_judged or not champion_is_judged),
        reasons=tuple(failed or undecided),
        is_judged=is_judged,
        champion=measured.champion,
        lists=len(lists),
        users=lists.n_users,
        checks=tuple(checks),
    )


def judge_without_ranker(why: str, *, champion: str | None, champion_is_judged: bool) -> Verdict:
    """The verdict on a model that orders by retrieval: undecided, it replaces only what nobody has judged.

    Args:
        champion_is_judged: the model that serves is a ranker that was judged.
    """
    return Verdict(
        outcome=Outcome.UNDECIDED,
        is_promoted=not champion_is_judged,
        reasons=(f"{why}; {champion}, which was judged, stays" if champion_is_judged else why,),
        champion=champion,
    )


def _quality(lists: Lists, measured: Measured, rules: GateConfig) -> list[Check]:
    """The candidate on the newest window against the champion, the best single model and its own final fit."""
    ndcg, checks = lists.ndcg, []
    if CHAMPION in ndcg:
        other = f"the champion {measured.champion}"
        checks.append(_paired("against the champion", other, CANDIDATE, CHAMPION, lists, rules.champion_margin))
    elif measured.champion is not None:
        detail = f"not compared with the champion {measured.champion}: {measured.why_not_compared}"
        checks.append(Check(name="against the champion", outcome=Outcome.UNDECIDED, detail=detail))
    baselines = [name for name in ndcg if name not in (CANDIDATE, SERVED, CHAMPION)]
    best = max(baselines, key=lambda one: float(ndcg[one].mean()), default=None)
    if best is not None:
        other, n = f"the best single model, {TITLES.get(best, best)}", len(baselines)
        found = _paired("against the best baseline", other, CANDIDATE, best, lists, rules.baseline_margin, among=n)
        checks.append(found)
    if SERVED in ndcg:
        checks.append(_paired("final fit", "its own trial", SERVED, CANDIDATE, lists, rules.refit_margin))
    return [*checks, *_slices(lists, rules)] if CHAMPION in ndcg else checks


def _paired(name: str, other: str, ours: str, theirs: str, lists: Lists, margin: float, *, among: int = 1) -> Check:
    """Passed if it is surely no worse than by the margin; failed if it is surely worse; undecided otherwise.

    Args:
        among: how many the other one was the best of on these very lists, by luck too: the interval is wider.
    """
    found = _difference(lists, ours, theirs, np.ones(len(lists), bool), among=among)
    outcome = outcome_of(found, margin)
    detail = f"nDCG@10 against {other}: {_text(found)} on {lists.n_users} users"
    return _of_interval(name, outcome, found, found.low, 0 - margin, detail)  # 0, not -0


def _slices(lists: Lists, rules: GateConfig) -> list[Check]:
    """Against the champion, one check for each slice with enough users.

    A slice fails if it falls by more than its limit, and surely falls.
    """
    slices = user_slices(lists.is_newcomer, lists.history, lists.mean_rating)
    checks = []
    for name, chosen in slices.items():
        n_users = len(np.unique(lists.user_id[chosen]))
        if n_users >= rules.min_slice_users:
            found = _difference(lists, CANDIDATE, CHAMPION, chosen, among=len(slices))
            falls = found.mean < -rules.slice_limit and found.high < 0
            detail = f"{name}: nDCG@10 against the champion {_text(found)} on {n_users} users"
            outcome = Outcome.FAILED if falls else Outcome.PASSED
            checks.append(_of_interval(f"slice: {name}", outcome, found, found.mean, -rules.slice_limit, detail))
    return checks


def _difference(lists: Lists, ours: str, theirs: str, chosen: BoolArray, *, among: int = 1) -> Interval:
    """The paired difference of users: a user with two lists counts once, with their mean.

    Args:
        among: so many differences are looked at together; the interval is one of Bonferroni, so that chance shows
            something in any of them as seldom as in a single one.
    """
    each = (lists.ndcg[ours] - lists.ndcg[theirs])[chosen]
    return bootstrap(mean_of_users(each, lists.user_id[chosen]), percent=100 - 5 / among)


def _of_interval(name: str, outcome: Outcome, found: Interval, value: float, limit: float, detail: str) -> Check:
    return Check(
        name=name,
        outcome=outcome,
        detail=f"{detail}, the limit is {limit:+g}",
        value=value,
        limit=limit,
        mean=found.mean,
        low=found.low,
        high=found.high,
    )


def _text(found: Interval) -> str:
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"
