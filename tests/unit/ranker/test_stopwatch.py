"""A stopwatch splits a request's time among its stages, and counts what went through them."""

from ranker.stopwatch import Stopwatch


def test_each_stage_begins_where_the_one_before_it_ended() -> None:
    times = iter([10.0, 10.002, 10.0075, 10.0075])
    watch = Stopwatch(lambda: next(times))

    for stage in ("user", "rank", "explain"):
        watch.lap(stage)

    assert watch.ms == {"user": 2.0, "rank": 5.5, "explain": 0.0}


def test_a_stage_that_nothing_was_counted_in_has_no_number() -> None:
    watch = Stopwatch(lambda: 0.0)

    watch.count("ratings", 7)
    watch.count("candidates", 0)

    assert watch.counts == {"ratings": 7, "candidates": 0}
