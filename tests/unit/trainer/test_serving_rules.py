"""What follows from what rankers counted: a shadow's promotion or refusal, and a champion's roll-back."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from marquee.contracts.serving_reports import FeatureSeen, Role, ServingReported
from trainer.observed import Observed
from trainer.serving_rules import Decision, ShadowRules, fault_of_champion, lost_features, on_shadow

RULES = ShadowRules(seconds=60, rankings=200)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_feature(name: str = "ease_taste", **changes: float) -> FeatureSeen:
    usual = {"index": 0.02, "known": 60, "varies": 60, "trained_known": 1.0, "trained_varies": 1.0}
    return FeatureSeen.model_validate({"name": name, **usual, **changes})


def seen(*features: FeatureSeen, lists: int = 60, compared: int = 0) -> Observed:
    return Observed(seen_lists=lists, features={one.name: one for one in features}, compared=compared)


def a_report(process: str, **counts: object) -> ServingReported:
    return ServingReported.model_validate(
        {"process": process, "version": "v2", "role": Role.SHADOW, "since": NOW, "reported_at": NOW, **counts}
    )


@pytest.mark.parametrize(
    ("shadow", "age_s", "what", "why"),
    [
        (Observed(), 0, "wait", ""),
        (Observed(), 59, "wait", ""),
        (Observed(), 60, "promote", "it was a shadow for 60 s without a ranking"),
        (Observed(compared=3), 61, "promote", "it was a shadow for 60 s and scored 3 rankings"),
        (
            Observed(compared=200, overlap=0.75, ms=12, champion_ms=10),
            1,
            "promote",
            "scored 200 rankings, sharing 75% of the first ten with the champion, in 12.0 ms against 10.0 ms",
        ),
        (Observed(compared=199), 1, "wait", ""),
        (Observed(compared=500, errors=1, error="IndexError: 7"), 99, "refuse", "as a shadow it failed: IndexError: 7"),
        (Observed(errors=1), 0, "refuse", "as a shadow it failed: without a message"),
        (Observed(compared=4, not_finite=1), 0, "refuse", "scores that are no numbers, in 1 of 4 rankings"),
        (Observed(compared=4, empty=2), 0, "refuse", "an empty list, in 2 of 4 rankings"),
        (Observed(compared=20, ms=30.1, champion_ms=10), 0, "refuse", "it takes 30.1 ms of processor time"),
        (Observed(compared=19, ms=30.1, champion_ms=10), 0, "wait", ""),
        (Observed(compared=20, ms=29.9, champion_ms=10), 0, "wait", ""),
        (seen(a_feature(known=0, varies=0), compared=60), 0, "refuse", "its feature ease_taste has no value"),
        (seen(a_feature(varies=0), compared=60), 0, "refuse", "ease_taste is the same for every movie"),
    ],
)
def test_a_shadow_is_promoted_refused_or_observed_for_longer(
    shadow: Observed, age_s: float, what: str, why: str
) -> None:
    decision = on_shadow(shadow, RULES, age_s=age_s)

    assert decision.what == what
    assert why in decision.why
    assert (decision == Decision("wait")) is (what == "wait")


@pytest.mark.parametrize(
    ("champion", "previous", "why"),
    [
        (Observed(), None, None),
        (Observed(rankings=500, users=1, errors=500, failed_users=1, empty_users=1), None, None),
        (Observed(users=19, failed_users=19), None, None),
        (Observed(users=20, failed_users=2), None, None),
        (Observed(users=20, failed_users=3, error="ValueError: x"), None, "15% of 20 users got an error (ValueError"),
        (Observed(users=20, failed_users=3), Observed(users=100, failed_users=11), None),
        (Observed(users=20, failed_users=3), Observed(users=100, failed_users=10), "15% of 20 users got an error"),
        (Observed(users=40, empty_users=5), None, "12% of 40 users got an empty list"),
        (Observed(users=40, empty_users=5), Observed(users=50, empty_users=50), None),
        (seen(a_feature(known=0)), None, "its feature ease_taste has no value, in the lists of 60 users"),
        (seen(a_feature(varies=0)), None, "is the same for every movie"),
        (seen(a_feature(varies=0), a_feature("trend", varies=0)), None, "and so do 1 more features"),
        (seen(a_feature(varies=0), lists=49), None, None),
        (seen(a_feature(varies=1, known=1)), None, None),
        (seen(a_feature(varies=0, trained_varies=0.89)), None, None),
        (seen(a_feature(known=0, varies=0, trained_known=0.89, trained_varies=0.5)), None, None),
        (seen(a_feature(index=25.0)), None, None),  # other values are no fault
        (seen(a_feature(varies=0)), seen(a_feature(varies=0)), None),
        (seen(a_feature(varies=0)), seen(a_feature("trend", varies=0)), "its feature ease_taste"),
    ],
)
def test_a_champion_is_rolled_back_for_what_the_model_before_it_did_not_do(
    champion: Observed, previous: Observed | None, why: str | None
) -> None:
    found = fault_of_champion(champion, previous)

    assert (found is None) is (why is None)
    assert (why or "") in (found or "")


def test_what_several_processes_counted_is_summed_and_means_are_weighted() -> None:
    reports = [
        a_report("a", rankings=10, users=5, compared=1, overlap=1.0, ms=10, champion_ms=10, error=""),
        a_report("b", rankings=30, users=7, compared=3, overlap=0.6, ms=20, champion_ms=10, errors=1, error="oops"),
        a_report("c", rankings=2, users=1),
    ]

    together = Observed.of(reports)

    assert (together.rankings, together.users, together.compared, together.errors) == (42, 13, 4, 1)
    assert together.overlap == pytest.approx(0.7)
    assert (together.ms, together.champion_ms, together.error) == (17.5, 10, "oops")


def test_a_feature_is_lost_only_if_no_process_saw_it() -> None:
    here, there = a_feature(varies=0, index=1.0), a_feature(varies=1, index=3.0)

    alone = Observed.of([a_report("a", seen_lists=60, features=[here])])
    both = Observed.of([a_report("a", seen_lists=60, features=[here]), a_report("b", seen_lists=20, features=[there])])

    assert lost_features(alone) == {"ease_taste": "is the same for every movie"}
    assert lost_features(both) == {}
    assert both.features["ease_taste"].index == pytest.approx(1.5)
    assert lost_features(replace(alone, seen_lists=10)) == {}
