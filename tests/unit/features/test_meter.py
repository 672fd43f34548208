"""Ratings per second: of busy time alone."""

from features.meter import Meter


def test_a_rate_is_what_was_applied_per_second() -> None:
    meter = Meter()
    meter.add(300, started=10.0, now=10.5)
    meter.add(300, started=11.0, now=12.0)

    assert meter.rate() == 300.0


def test_a_pause_of_more_than_a_second_begins_another_stretch() -> None:
    meter = Meter()
    meter.add(900, started=10.0, now=11.0)
    meter.add(50, started=20.0, now=21.0)

    assert meter.rate() == 50.0


def test_before_anything_was_applied_the_rate_is_zero() -> None:
    assert Meter().rate() == 0.0
