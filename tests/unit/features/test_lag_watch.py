"""When consuming counts as stuck or as falling behind."""

from features.lag_watch import LagWatch


def after(looks: list[tuple[float, int, int]]) -> str | None:
    watch = LagWatch()
    for now, lag, delivered in looks:
        watch.note(lag, delivered, now=now)
    return watch.complaint()


def test_no_lag_is_fine_however_long() -> None:
    assert after([(second, 0, 5) for second in range(100)]) is None


def test_records_that_wait_while_none_is_applied_are_a_complaint_after_15_s() -> None:
    looks = [(float(second), 3, 5) for second in range(40)]

    assert after(looks[:12]) is None
    assert after(looks) == "3 records wait, and none was applied for 39 s"


def test_a_bulk_load_that_is_worked_off_is_fine() -> None:
    assert after([(second, 100_000 - 900 * second, 900 * second) for second in range(60)]) is None


def test_a_lag_that_only_grows_is_a_complaint() -> None:
    assert after([(second, 10 + second, second) for second in range(60)]) == "69 records wait, and ever more of them"


def test_a_lag_that_rises_and_falls_is_fine() -> None:
    assert after([(second, (second * 7) % 10, second) for second in range(60)]) is None
