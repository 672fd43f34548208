"""How long the TMDB client waits: between requests, and after a failure."""

from datetime import UTC, datetime

import pytest

from enricher.tmdb import BURST, Bucket, pause_s

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retry_after", "pause"),
    [
        ("3", 3.0),
        ("0", 0.0),
        ("Thu, 01 Jan 2026 12:00:07 GMT", 7.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("soon", 0.25),
        ("", 0.25),
        (None, 0.25),
    ],
)
def test_a_retry_after_is_honoured_and_nonsense_is_ignored(retry_after: str | None, pause: float) -> None:
    assert pause_s(0, retry_after, now=NOW, jitter=0.0) == pause


def test_pauses_double_up_to_a_limit() -> None:
    pauses = [pause_s(attempt, None, now=NOW, jitter=0.5) for attempt in range(8)]

    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert pauses[-1] == 20.0


def test_jitter_spreads_clients_that_failed_together() -> None:
    assert len({pause_s(1, retry_after, now=NOW, jitter=j) for retry_after in ("3", None) for j in (0.1, 0.9)}) == 4


def test_a_burst_passes_at_once_and_the_rest_at_the_rate() -> None:
    bucket = Bucket(10.0, clock=lambda: 100.0)

    delays = [bucket.delay_s() for _ in range(int(BURST) + 3)]

    assert delays[: int(BURST)] == [0.0] * int(BURST)
    assert delays[int(BURST) :] == pytest.approx([0.1, 0.2, 0.3])


def test_a_rested_bucket_holds_one_burst_and_no_more() -> None:
    now = 0.0
    bucket = Bucket(10.0, clock=lambda: now)
    for _ in range(10):
        bucket.delay_s()

    now = 1_000.0

    assert [bucket.delay_s() for _ in range(int(BURST) + 1)] == [0.0] * int(BURST) + [pytest.approx(0.1)]
