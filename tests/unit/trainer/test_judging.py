"""The verdict: margins against champion and baselines, slices, soundness, and what follows where nobody can judge."""

import re
from dataclasses import replace

import numpy as np
import pytest

from marquee.contracts.verdict import Outcome, Verdict
from trainer.gate import GateConfig
from trainer.judging import CANDIDATE, CHAMPION, SERVED, Lists, judge, judge_without_ranker
from trainer.soundness import Measured

RULES = GateConfig()
SOUND = Measured(scoring_ms=1.0, n_trees=100, n_features=75, known_until_ms=10, asked_from_ms=10)
RNG = np.random.default_rng(7)
LEVEL = RNG.uniform(0, 0.6, 80)
"""How well 80 users can be served at all: what differs between systems is far less than what differs between users."""


def lists(champion: float | None = None, baseline: float = -0.05, served: float = 0.0, *, n: int = 80) -> Lists:
    """The lists of `n` users; the systems differ from the candidate by these, and by a little noise."""
    level = LEVEL[:n]
    found = {CANDIDATE: level, SERVED: level + served, "popularity": level + baseline, "ease": level + baseline - 0.02}
    if champion is not None:
        found[CHAMPION] = level + champion + np.random.default_rng(3).normal(0, 0.01, n)
    return Lists(
        user_id=np.arange(n),
        is_newcomer=np.arange(n) % 2 == 0,
        history=np.arange(n) % 7,
        mean_rating=np.linspace(2, 5, n),
        ndcg=found,
    )


def verdict(found: Lists, measured: Measured = SOUND, *, champion_is_judged: bool = True) -> Verdict:
    if CHAMPION in found.ndcg:
        measured = replace(measured, champion="v1")
    return judge(found, measured, RULES, champion_is_judged=champion_is_judged)


def failed(found: Verdict) -> list[str]:
    return [check.name for check in found.checks if check.outcome is Outcome.FAILED]


def test_a_model_as_good_as_the_champion_and_better_than_the_baselines_is_promoted() -> None:
    found = verdict(lists(champion=0.0))

    assert (found.outcome, found.reasons, found.is_judged, found.users) == (Outcome.PASSED, (), True, 80)
    assert found.is_promoted
    against = next(check for check in found.checks if check.name == "against the best baseline")
    assert "popularity" in against.detail  # the better of the two
    assert against.mean == pytest.approx(0.05)


def test_the_best_single_model_is_named_as_people_write_it() -> None:
    found = lists()
    ndcg = {CANDIDATE: found.ndcg[CANDIDATE], "item_knn": found.ndcg["ease"], "popularity": found.ndcg["ease"] - 0.01}

    details = [check.detail for check in verdict(replace(found, ndcg=ndcg)).checks]

    assert any(detail.startswith("nDCG@10 against the best single model, ItemKNN: ") for detail in details)


@pytest.mark.parametrize(
    ("found", "names"),
    [
        (lists(champion=0.1), "against the champion"),
        (lists(baseline=0.1), "against the best baseline"),
        (lists(served=-0.1), "final fit"),
    ],
    ids=["the champion is better", "a baseline is better", "the final fit is worse than its trial"],
)
def test_a_model_that_ranks_worse_is_refused_with_the_interval_as_the_reason(found: Lists, names: str) -> None:
    refused = verdict(found)

    assert (refused.outcome, refused.is_promoted) == (Outcome.FAILED, False)
    assert names in failed(refused)
    assert re.search(r"nDCG@10 against .*: -0\.\d+ \[-0\.\d+, -0\.\d+\] on 80 users", refused.reasons[0])


def test_a_slice_that_falls_refuses_a_model_that_is_better_on_average() -> None:
    found = lists(champion=-0.1)
    mild = found.mean_rating > np.median(found.mean_rating)
    better_for_mild = np.where(mild, found.ndcg[CANDIDATE] + 0.08, found.ndcg[CANDIDATE] - 0.3)

    refused = verdict(replace(found, ndcg={**found.ndcg, CHAMPION: better_for_mild}))

    assert failed(refused) == ["slice: mild raters"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (replace(SOUND, onnx_differs="ONNX orders the top 10 of 3 lists differently"), "ONNX orders"),
        (replace(SOUND, scoring_ms=90.0), "100 trees score a list in 90.00 ms"),
        (replace(SOUND, n_trees=1_000), "1000 trees, at most 400"),
        (replace(SOUND, changed_features=["user.mean_year"]), "not what serving computes: user.mean_year"),
        (replace(SOUND, unknown_features=[str(at) for at in range(75)]), "75 of 75 features are NaN"),
        (replace(SOUND, scores_are_flat=True), "the same score"),
        (replace(SOUND, scores_are_finite=False), "no numbers"),
        (replace(SOUND, known_until_ms=11), "the future leaked"),
        (replace(SOUND, movies_kept=0.5), "50.0% of the champion's movies"),
        (replace(SOUND, ratings_used=0.5), "50.0% of the log's ratings"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_model_that_is_unsound_is_refused_however_well_it_ranks(broken: Measured, reason: str) -> None:
    for found in (lists(champion=-0.2), lists(champion=-0.2, n=3)):
        refused = verdict(found, broken, champion_is_judged=False)

        assert (refused.outcome, refused.is_promoted) == (Outcome.FAILED, False)
        assert reason in refused.reasons[0]


@pytest.mark.parametrize("champion_is_judged", [False, True])
def test_what_cannot_be_judged_replaces_only_what_nobody_has_judged(champion_is_judged: bool) -> None:
    found = verdict(lists(champion=0.2, n=5), champion_is_judged=champion_is_judged)
    by_retrieval = judge_without_ranker("few", champion="v1", champion_is_judged=champion_is_judged)

    for one in (found, by_retrieval):
        assert (one.outcome, one.is_promoted) == (Outcome.UNDECIDED, not champion_is_judged)
        assert not one.is_judged
        assert one.reasons[0].endswith("v1, which was judged, stays") is champion_is_judged
    assert found.reasons[0].startswith("too few lists to judge: 5 users, 20 are needed")


def test_what_is_shown_to_be_neither_better_nor_worse_is_undecided_and_promoted() -> None:
    found = lists(champion=0.0)
    noise = np.random.default_rng(1).normal(0.005, 0.2, 80)

    undecided = verdict(replace(found, ndcg={**found.ndcg, CHAMPION: found.ndcg[CANDIDATE] + noise}))

    assert (undecided.outcome, undecided.is_promoted) == (Outcome.UNDECIDED, True)
    assert [check.name for check in undecided.checks if check.outcome is Outcome.UNDECIDED] == ["against the champion"]
    assert undecided.reasons[0].startswith("nDCG@10 against the champion v1: ")


def test_the_best_of_several_single_models_is_best_by_luck_too() -> None:
    noise = np.random.default_rng(2).normal(0, 1, 80)
    better = 0.026 + 0.1 * (noise - noise.mean()) / noise.std()  # 2.3 standard errors
    found = lists()
    one = {CANDIDATE: found.ndcg[CANDIDATE], "ease": found.ndcg[CANDIDATE] + better}
    five = one | {f"model {at}": np.zeros(80) for at in range(4)}

    outcomes = [verdict(replace(found, ndcg=ndcg)).outcome for ndcg in (one, five)]

    assert outcomes == [Outcome.FAILED, Outcome.UNDECIDED]


def test_surely_worse_by_less_than_the_margin_passes() -> None:
    found = verdict(lists(champion=0.005))

    against = next(check for check in found.checks if check.name == "against the champion")
    assert against.outcome is Outcome.PASSED
    assert against.high is not None
    assert against.high < 0


def test_a_champion_that_cannot_be_compared_is_named_and_the_baselines_decide() -> None:
    found = verdict(lists(), replace(SOUND, champion="v1", why_not_compared="its bundle cannot be read"))

    assert (found.outcome, found.is_promoted) == (Outcome.UNDECIDED, True)
    assert found.reasons == ("not compared with the champion v1: its bundle cannot be read",)


def test_a_user_with_two_lists_counts_once() -> None:
    found = lists(champion=0.0)
    twice = np.repeat(np.arange(40), 2)
    half = replace(found, user_id=twice, ndcg={**found.ndcg, "popularity": found.ndcg[CANDIDATE]})

    assert verdict(half).users == 40
