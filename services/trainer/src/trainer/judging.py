"""The gate: whether a trained model may serve. Pure decisions on what was measured; the numbers go into the verdict.

A model is measured on the newest window: the lists of users whose later likes it has not learned from. Each of its
systems is measured on the same lists, so that differences are paired, one per user.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.verdict import Check, Decision, Outcome, Verdict
from marquee.retrieval.config import HyperParameters
from trainer.evaluate import Interval, bootstrap

Share = Annotated[float, Field(ge=0, le=1)]


class GateConfig(HyperParameters):
    """The margins and limits of the gate. A margin is how far below zero the low end of a paired interval may lie."""

    min_users: PositiveInt = 20
    """Users on whose lists a model is judged, at least. Larger: fewer verdicts, on better evidence."""
    champion_margin: NonNegativeFloat = 0.03
    """Of nDCG@10, against the model that serves. Larger: a model that may be worse by more is promoted."""
    baseline_margin: NonNegativeFloat = 0.03
    """Of nDCG@10, against the best single model. Larger: a model that may be worse by more is promoted."""
    refit_margin: NonNegativeFloat = 0.03
    """Of nDCG@10, of the model to serve against its trial, which had not learned from the newest window. Larger: a
    final fit that went wrong is noticed later."""
    slice_margin: NonNegativeFloat = 0.05
    """Of nDCG@10, by which a slice of the users may fall. Larger: more may be lost by a few."""
    min_slice_users: PositiveInt = 15
    """Users of a slice that is judged. Larger: small slices are left out."""
    scoring_ms: PositiveFloat = 8.0
    """CPU time that scoring the candidates of one list may take. Larger: slower requests."""
    movies_kept: Share = 0.9
    """Of the movies that the champion knows, the share that a model has to know. Larger: fewer may be lost."""
    ratings_used: Share = 0.8
    """Of the ratings in the log, the share that a model has to learn from; others are of movies that nobody listed."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What was measured on the newest window's lists, one value per list.

    Attributes:
        user_id: a user may have a list of each kind. is_newcomer: (l,) bool.
        history: (l,) how many ratings were known. mean_rating: (l,) of the known ratings.
        ndcg: nDCG@10 by system.
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


@dataclass(frozen=True, slots=True)
class Measured:
    """What else is known of the candidate.

    Attributes:
        scoring_ms: CPU time for the candidates of one list. n_trees: of the served model.
        ratings_used: share of the log's ratings that are of a listed movie.
        movies_kept: share of the champion's movies in the candidate's catalogue; None without a champion.
        changed_features: columns whose values in the training lists are not those that serving computes.
        unknown_features: columns without any value, of `n_features`.
        scores_are_flat: every list's scores are all equal. scores_are_finite: every score is a number.
        onnx_differs: how ONNX and LightGBM disagree; "" where they agree.
        known_until_ms: the newest rating behind the lists. asked_from_ms: the oldest rating to be found.
        champion: the version that serves. why_not_compared: why the champion has no lists; "" where it has.
    """

    scoring_ms: float
    n_trees: int
    n_features: int
    ratings_used: float = 1.0
    movies_kept: float | None = None
    changed_features: Sequence[str] = ()
    unknown_features: Sequence[str] = ()
    scores_are_flat: bool = False
    scores_are_finite: bool = True
    onnx_differs: str = ""
    known_until_ms: int = 0
    asked_from_ms: int = 0
    champion: str | None = None
    why_not_compared: str = ""


CANDIDATE, SERVED, CHAMPION = "candidate", "served", "champion"
"""Systems in `Lists.ndcg` beside the baselines: the trial model, the model to serve, and the one that serves now."""


def judge(lists: Lists, measured: Measured, rules: GateConfig, *, champion_is_judged: bool) -> Verdict:
    """The verdict on a ranker.

    Args:
        champion_is_judged: the model that serves was itself judged on enough lists. Where it was not, or nothing
            serves, a model that could not be judged either may replace it.
    """
    checks = [*_soundness(measured, rules)]
    is_judged = lists.n_users >= rules.min_users and CANDIDATE in lists.ndcg
    if is_judged:
        checks += [*_quality(lists, measured, rules)]
    failed = tuple(check.detail for check in checks if check.outcome is Outcome.FAILED)
    if not is_judged:
        few = f"too few lists to judge: {lists.n_users} users, {rules.min_users} are needed"
        checks.append(Check(name="enough lists", outcome=Outcome.SKIPPED, detail=few, lists=len(lists)))
        if champion_is_judged:
            failed = (*failed, f"{few}; {measured.champion}, which was judged, stays")
    notes = failed or tuple(c.detail for c in checks if c.outcome is Outcome.SKIPPED and c.name in _WORTH_KNOWING)
    return Verdict(
        decision=Decision.REFUSED if failed else Decision.PROMOTED,
        reasons=notes,
        is_judged=is_judged,
        champion=measured.champion,
        lists=len(lists),
        users=lists.n_users,
        checks=tuple(checks),
    )


_WORTH_KNOWING = ("enough lists", "against the champion")


def judge_without_ranker(why: str, *, champion: str | None, is_kept: bool) -> Verdict:
    """The verdict on a model that orders by retrieval.

    Args:
        is_kept: the champion is a ranker that was judged, so that it stays.
    """
    return Verdict(
        decision=Decision.REFUSED if is_kept else Decision.PROMOTED,
        reasons=(f"{why}; {champion}, which was judged, stays" if is_kept else why,),
        is_judged=False,
        champion=champion,
    )


def _soundness(measured: Measured, rules: GateConfig) -> list[Check]:
    """What needs no judge: a model that fails here is broken, however well it ranks."""
    changed, unknown = measured.changed_features, measured.unknown_features
    n_unknown, n_features = len(unknown), measured.n_features
    return [
        _check("onnx parity", not measured.onnx_differs, measured.onnx_differs or "ONNX ranks as LightGBM does"),
        _check(
            "features as served",
            not changed,
            "the training lists hold what serving computes"
            if not changed
            else f"{len(changed)} features of the training lists are not what serving computes: {_some(changed)}",
            value=len(changed),
            limit=0,
        ),
        _check(
            "features known",
            n_unknown < n_features / 2,
            f"{n_unknown} of {n_features} features are NaN in every row" + (f": {_some(unknown)}" if unknown else ""),
            value=n_unknown,
            limit=n_features / 2,
        ),
        _check(
            "no future",
            measured.known_until_ms <= measured.asked_from_ms,
            "what the lists were made from ends before what is asked"
            if measured.known_until_ms <= measured.asked_from_ms
            else f"the future leaked: the lists were made from ratings up to {measured.known_until_ms} ms, "
            f"and asked from {measured.asked_from_ms} ms on",
            value=measured.known_until_ms,
            limit=measured.asked_from_ms,
        ),
        _check(
            "scores",
            measured.scores_are_finite and not measured.scores_are_flat,
            "every score is a number, and they differ"
            if measured.scores_are_finite and not measured.scores_are_flat
            else "some scores are no numbers"
            if not measured.scores_are_finite
            else "the model gives every candidate of a list the same score",
        ),
        _check(
            "scoring time",
            measured.scoring_ms <= rules.scoring_ms,
            f"{measured.n_trees} trees score a list in {measured.scoring_ms:.2f} ms, the limit is {rules.scoring_ms:g}",
            value=measured.scoring_ms,
            limit=rules.scoring_ms,
        ),
        _check(
            "ratings used",
            measured.ratings_used >= rules.ratings_used,
            f"{measured.ratings_used:.1%} of the log's ratings are of listed movies, "
            f"{rules.ratings_used:.0%} are needed",
            value=measured.ratings_used,
            limit=rules.ratings_used,
        ),
        *_movies_kept(measured, rules),
    ]


def _movies_kept(measured: Measured, rules: GateConfig) -> list[Check]:
    kept = measured.movies_kept
    if kept is None:
        return []
    detail = f"it knows {kept:.1%} of the champion's movies, {rules.movies_kept:.0%} are needed"
    return [_check("movies kept", kept >= rules.movies_kept, detail, value=kept, limit=rules.movies_kept)]


def _quality(lists: Lists, measured: Measured, rules: GateConfig) -> list[Check]:
    """The candidate on the newest window against the champion, the best single model and its own final fit."""
    ndcg = lists.ndcg
    baselines = [name for name in ndcg if name not in (CANDIDATE, SERVED, CHAMPION)]
    checks = []
    if CHAMPION in ndcg:
        name = f"the champion {measured.champion}"
        checks.append(_paired("against the champion", name, CANDIDATE, CHAMPION, lists, rules.champion_margin))
    elif measured.champion is not None:
        detail = f"not compared with the champion {measured.champion}: {measured.why_not_compared}"
        checks.append(Check(name="against the champion", outcome=Outcome.SKIPPED, detail=detail))
    best = max(baselines, key=lambda one: float(ndcg[one].mean()), default=None)
    if best is not None:
        name = f"the best single model, {best}"
        checks.append(_paired("against the best baseline", name, CANDIDATE, best, lists, rules.baseline_margin))
    if SERVED in ndcg:
        checks.append(_paired("final fit", "its own trial", SERVED, CANDIDATE, lists, rules.refit_margin))
    reference = CHAMPION if CHAMPION in ndcg else best
    if reference is not None:
        checks += [_slice(name, chosen, lists, reference, rules) for name, chosen in _slices(lists).items()]
    return checks


def _paired(name: str, other: str, ours: str, theirs: str, lists: Lists, margin: float) -> Check:
    """Passed if the low end of the paired interval lies above minus the margin."""
    found = _difference(lists, ours, theirs, np.ones(len(lists), bool))
    return _check(
        name,
        found.low > -margin,
        f"nDCG@10 against {other}: {_text(found)} on {lists.n_users} users, the low end must be above {-margin:g}",
        value=found.low,
        limit=-margin,
        interval=found,
        lists=len(lists),
    )


def _slice(name: str, chosen: BoolArray, lists: Lists, reference: str, rules: GateConfig) -> Check:
    """Failed if the slice falls by more than the margin, and surely falls: its whole interval lies below zero."""
    n_users = len(np.unique(lists.user_id[chosen]))
    if n_users < rules.min_slice_users:
        detail = f"{name}: {n_users} users, {rules.min_slice_users} are needed"
        return Check(name=f"slice: {name}", outcome=Outcome.SKIPPED, detail=detail, lists=int(chosen.sum()))
    found = _difference(lists, CANDIDATE, reference, chosen)
    has_fallen = found.mean < -rules.slice_margin and found.high < 0
    return _check(
        f"slice: {name}",
        not has_fallen,
        f"{name}: nDCG@10 against {reference} {_text(found)} on {n_users} users, "
        f"a fall of {rules.slice_margin:g} is the limit",
        value=found.mean,
        limit=-rules.slice_margin,
        interval=found,
        lists=int(chosen.sum()),
    )


def _slices(lists: Lists) -> dict[str, BoolArray]:
    """Who the users are: by kind, by how much they have rated, and by how they rate."""
    is_active = lists.history > np.median(lists.history)
    is_mild = lists.mean_rating > np.median(lists.mean_rating)
    return {
        "known users": ~lists.is_newcomer,
        "newcomers": lists.is_newcomer,
        "active users": is_active,
        "less active users": ~is_active,
        "harsh raters": ~is_mild,
        "mild raters": is_mild,
    }


def _difference(lists: Lists, ours: str, theirs: str, chosen: BoolArray) -> Interval:
    """The paired difference of users: a user with two lists counts once, with their mean."""
    each = (lists.ndcg[ours] - lists.ndcg[theirs])[chosen]
    _, user = np.unique(lists.user_id[chosen], return_inverse=True)
    return bootstrap(np.bincount(user, each) / np.bincount(user))


def _check(
    name: str,
    passed: bool,
    detail: str,
    *,
    value: float | None = None,
    limit: float | None = None,
    interval: Interval | None = None,
    lists: int | None = None,
) -> Check:
    return Check(
        name=name,
        outcome=Outcome.PASSED if passed else Outcome.FAILED,
        detail=detail,
        value=value,
        limit=limit,
        mean=interval.mean if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        lists=lists,
    )


def _text(found: Interval) -> str:
    return f"{found.mean:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
