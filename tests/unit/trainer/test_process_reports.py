"""What is kept of the rankers' reports: the newest of each process, and the one before counting began again."""

from datetime import UTC, datetime, timedelta

from marquee.contracts.serving_reports import Role, ServingReported
from trainer.process_reports import Reports

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_report(minute: int, *, since: int = 0, process: str = "p", version: str = "v1", **counts: int) -> ServingReported:
    at, began = NOW + timedelta(minutes=minute), NOW + timedelta(minutes=since)
    about = {"process": process, "version": version, "role": Role.CHAMPION, "since": began, "reported_at": at}
    return ServingReported.model_validate(about | counts)


def after(*reports: ServingReported) -> Reports:
    found = Reports()
    for report in reports:
        found.take(report)
    return found


def test_the_newest_report_of_each_process_counts_and_an_older_one_changes_nothing() -> None:
    reports = after(a_report(1, users=5), a_report(3, users=9), a_report(2, users=7), a_report(1, process="q", users=1))

    assert reports.of("v1", Role.CHAMPION).users == 10
    assert reports.of("v1", Role.SHADOW).users == reports.of("v2", Role.CHAMPION).users == 0


def test_what_was_counted_before_a_model_served_again_does_not_speak_against_it() -> None:
    reports = after(a_report(1, since=0, users=30), a_report(9, since=8, process="q", users=2))

    assert reports.of("v1", Role.CHAMPION, since=NOW + timedelta(minutes=5)).users == 2


def test_after_counting_has_begun_again_the_time_before_is_what_is_known_of_a_model() -> None:
    reports = after(a_report(1, since=0, users=40, failed_users=20), a_report(9, since=8, users=3))

    known = reports.ever("v1")

    assert known is not None
    assert (known.users, known.failed_users) == (40, 20)
    assert reports.ever("v2") is None


def test_reports_of_long_ago_are_forgotten() -> None:
    reports = after(a_report(1, since=0, users=40), a_report(9, since=8, users=30), a_report(2, process="q", users=1))

    reports.forget(NOW + timedelta(minutes=5))

    assert reports.of("v1", Role.CHAMPION).users == 30
    assert reports.before == {}
