"""Counts of what a model does: a user counts once for each kind of fault, and counting begins anew after a while."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from marquee.contracts.serving_reports import Role
from marquee.features.distribution import Distribution, Seen
from marquee.features.vector import NAMES
from ranker.beside.tally import LONGEST, MOST_USERS, Looked, Tally

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_tally(role: Role = Role.CHAMPION, training: Distribution | None = None) -> Tally:
    return Tally("p", "v1", role, training, NOW)


def a_list(seed: int) -> "np.ndarray[tuple[int, int], np.dtype[np.float32]]":
    return np.random.default_rng(seed).random((20, len(NAMES)), np.float32)


def test_one_busy_user_is_one_user_however_often_the_ranking_fails() -> None:
    tally = a_tally()
    for _ in range(500):
        tally.failed(7, "ValueError:\n  bad")
        tally.answered(7, movies=0)
    tally.answered(8, movies=10)

    report = tally.report(NOW)

    assert (report.rankings, report.errors, report.empty) == (1_001, 500, 500)
    assert (report.users, report.failed_users, report.empty_users) == (2, 1, 1)
    assert report.error == "ValueError: bad"


def test_a_model_that_cannot_be_used_has_failed_for_nobody() -> None:
    tally = a_tally(Role.SHADOW)

    tally.failed(None, "no bundle")

    report = tally.report(NOW)
    assert (report.errors, report.rankings, report.users, report.error) == (1, 0, 0, "no bundle")


def test_a_shadows_means_are_over_its_rankings_and_each_is_counted() -> None:
    tally = a_tally(Role.SHADOW)
    tally.looked(1, Looked(ms=10, champion_ms=5, overlap=1.0))
    tally.looked(2, Looked(ms=20, champion_ms=15, overlap=0.5, is_finite=False))
    tally.looked(2, Looked(ms=30, champion_ms=10, overlap=0.0, is_empty=True))

    report = tally.report(NOW)

    assert (report.overlap, report.ms, report.champion_ms) == (0.5, 20, 10)
    assert (report.compared, report.rankings, report.users) == (3, 3, 2)
    assert (report.not_finite, report.empty, report.errors) == (1, 1, 0)


def test_scores_of_the_champion_that_are_no_numbers_are_errors_of_their_users() -> None:
    tally = a_tally()
    tally.answered(1, movies=10)

    tally.looked(1, Looked(ms=1, champion_ms=1, is_finite=False))

    report = tally.report(NOW)
    assert (report.failed_users, report.not_finite, report.rankings, report.overlap) == (1, 1, 1, None)
    assert report.error == "a score is no number"


def test_features_of_a_user_are_counted_once() -> None:
    training = Distribution.of([a_list(0)])
    assert training is not None
    tally = a_tally(training=training)
    for user_id, seed in ((1, 1), (1, 1), (2, 2)):
        seen = Seen()
        seen.add(a_list(seed), training)
        tally.looked(user_id, Looked(ms=1, champion_ms=1, seen=seen))

    report = tally.report(NOW)

    assert report.seen_lists == 2
    assert [one.name for one in report.features] == list(NAMES)
    assert {(one.known, one.varies, one.trained_known, one.trained_varies) for one in report.features} == {(2, 2, 1, 1)}


def test_a_bundle_without_a_distribution_has_no_features_to_report() -> None:
    tally = a_tally()

    tally.looked(1, Looked(ms=1, champion_ms=1))

    assert tally.report(NOW).features == ()


@pytest.mark.parametrize("role", Role)
def test_counting_begins_again_after_enough_users_or_time_but_for_a_shadow(role: Role) -> None:
    few, many = a_tally(role), a_tally(role)
    for user_id in range(MOST_USERS):
        many.answered(user_id, movies=1)

    assert not few.is_over(NOW + LONGEST - timedelta(seconds=1))
    assert few.is_over(NOW + LONGEST) is (role is Role.CHAMPION)
    assert many.is_over(NOW) is (role is Role.CHAMPION)
