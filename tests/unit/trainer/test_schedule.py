"""When a training is due: the log is looked at once a second, and the decisions are noted."""

import itertools
from collections.abc import Callable
from dataclasses import replace

from trainer.schedule import LogSight, PastTrainings, Rules, Sightings, TrainedOn, due

RULES = Rules(settle_s=2.0, patience_s=60.0, growth=0.1, pause_s=60.0)
NONE_YET = PastTrainings()
SEE = Callable[[int], LogSight]


def started(
    see: SEE,
    *,
    until_s: int,
    known: TrainedOn | None = None,
    takes_s: int = 5,
    fails: bool = False,
    past: PastTrainings = NONE_YET,
    rules: Rules = RULES,
) -> list[int]:
    """The seconds at which trainings begin when the log is seen once a second.

    Each training takes so long, during which nobody looks; it knows what stood there when it began, or fails.
    """
    begun = []
    sightings = Sightings.start(see(0), now_s=0.0)
    second = 1
    while second < until_s:
        sightings = sightings.next(see(second), known, rules, now_s=float(second))
        if due(sightings, known, past, rules, now_s=float(second)):
            begun.append(second)
            if not fails:
                known = TrainedOn(sightings.sight.ratings, sightings.sight.enriched)
            second += takes_s
            past = past.after(ended_s=float(second), took_s=float(takes_s), failed=fails)
        second += 1
    return begun


def loading(second: int, *, rows_per_s: int = 10_000, seconds: int = 10) -> int:
    return min(second, seconds) * rows_per_s


def test_a_quiet_log_is_trained_on_once_without_delay() -> None:
    assert started(lambda _: LogSight(ratings=100_000), until_s=3_600) == [2]


def test_an_empty_log_is_not_trained_on() -> None:
    assert started(lambda _: LogSight(ratings=0), until_s=3_600) == []


def test_the_first_training_waits_for_the_end_of_a_bulk_load() -> None:
    assert started(lambda s: LogSight(loading(s)), until_s=60) == [12]
    assert started(lambda s: LogSight(loading(s, seconds=300)), until_s=300) == []


def test_a_batch_that_is_still_being_written_is_waited_for() -> None:
    def see(second: int) -> LogSight:
        return LogSight(ratings=loading(second), behind=20 if second < 40 else 0)

    assert started(see, until_s=80) == [40]


def test_no_training_begins_while_the_log_is_far_behind_the_topics() -> None:
    assert started(lambda s: LogSight(ratings=100_000 + 10 * s, behind=500), until_s=3_600) == []


def test_steady_ratings_after_a_bulk_load_do_not_delay_the_first_training() -> None:
    def see(second: int) -> LogSight:
        return LogSight(ratings=loading(second) + 25 * second, behind=second % 40)

    assert started(see, until_s=60)[0] <= 16


def test_steady_ratings_alone_give_a_model_soon() -> None:
    assert started(lambda s: LogSight(ratings=25 * s, behind=5), until_s=20)[0] <= 5


def test_the_model_is_trained_again_whenever_the_log_has_grown_by_a_tenth() -> None:
    begun = started(lambda s: LogSight(100_000 + 25 * s, behind=s % 40), until_s=1_800, known=TrainedOn(100_000, 0))

    expected, rows = [], 100_000.0
    while (rows := rows * 1.1) < 100_000 + 25 * 1_800:
        expected.append((rows - 100_000) / 25)
    assert len(begun) == len(expected) == 3
    assert all(0 <= second - wanted <= 15 for second, wanted in zip(begun, expected, strict=True))


def test_at_most_a_fifth_of_the_time_is_training_on_fast_growing_data() -> None:
    begun = started(lambda s: LogSight(1_000 + 25 * s), until_s=900, known=TrainedOn(1_000, 0), takes_s=30)

    assert len(begun) >= 3
    assert min(later - earlier for earlier, later in itertools.pairwise(begun)) >= 30 + 120


def test_ratings_that_never_calm_down_delay_a_training_and_do_not_prevent_it() -> None:
    begun = started(lambda s: LogSight(100_000 + 400 * s, behind=40), until_s=1_800, known=TrainedOn(100_000, 0))

    assert begun
    assert begun[0] <= 25 + 600 + 1


def test_a_failing_training_is_tried_again_after_longer_and_longer_pauses() -> None:
    begun = started(lambda _: LogSight(ratings=100_000), until_s=7_200, fails=True)

    gaps = [later - earlier for earlier, later in itertools.pairwise(begun)]
    assert begun[0] == 2
    assert gaps[0] >= 60
    assert all(later >= earlier for earlier, later in itertools.pairwise(gaps))
    assert 4 <= len(begun) <= 9


def test_a_failure_that_passes_by_itself_is_tried_again_within_seconds() -> None:
    sightings = Sightings.start(LogSight(100), now_s=0.0).next(LogSight(100), None, RULES, now_s=5.0)
    past = PastTrainings().after(ended_s=5.0, took_s=1.0, failed=True, is_passing=True)

    assert due(sightings, None, past, RULES, now_s=5.0) is None
    assert due(sightings, None, past, RULES, now_s=8.0) == "first model"


def test_the_first_training_waits_for_metadata_no_longer_than_the_patience() -> None:
    assert started(lambda s: LogSight(100_000, metadata=min(s, 20)), until_s=200) == [22]
    assert started(lambda s: LogSight(100_000, metadata=s), until_s=200) == [60]


def test_late_metadata_is_trained_on_and_then_the_model_is_left_alone() -> None:
    def see(second: int) -> LogSight:
        found = min(35 * second, 9_700)
        return LogSight(100_000, metadata=found, movies=9_742, enriched=found)

    begun = started(see, until_s=7_200, known=TrainedOn(100_000, 35 * 60))

    assert 2 <= len(begun) <= 6
    assert begun[-1] >= 9_700 / 35  # the last one knows all of it
    assert begun[-1] <= 9_700 / 35 + 60 + 10


def test_metadata_of_a_few_more_movies_is_no_reason_to_train() -> None:
    def see(second: int) -> LogSight:
        return LogSight(100_000, metadata=min(second, 90), movies=9_742, enriched=9_600 + min(second, 90))

    assert started(see, until_s=3_600, known=TrainedOn(100_000, 9_600)) == []


def test_metadata_of_a_hundredth_of_the_movies_is_trained_on_once_no_more_comes() -> None:
    def see(second: int) -> LogSight:
        return LogSight(100_000, metadata=min(second, 98), movies=9_742, enriched=9_600 + min(second, 98))

    assert started(see, until_s=3_600, known=TrainedOn(100_000, 9_600)) == [98 + 60]


def test_metadata_records_without_a_find_are_no_reason_to_train() -> None:
    def see(second: int) -> LogSight:
        return LogSight(100_000, metadata=100 * second, movies=9_742, enriched=5_000)

    assert started(see, until_s=3_600, known=TrainedOn(100_000, 5_000)) == []


def hourly(see: SEE, *, made_s: float = 0.0) -> list[int]:
    """The seconds of an hour and a half at which an hourly schedule begins a training; the model was made at made_s."""
    rules = replace(RULES, every_s=3_600.0)
    past = PastTrainings(model_s=made_s)
    return started(see, until_s=5_400, known=TrainedOn(100_000, 0), past=past, rules=rules)


def test_by_schedule_a_little_that_is_new_is_worth_a_training() -> None:
    assert hourly(lambda _: LogSight(ratings=100_001)) == [3_600]
    assert hourly(lambda _: LogSight(ratings=100_000, movies=10_000, enriched=1)) == [3_600]


def test_by_schedule_nothing_is_trained_on_again() -> None:
    assert hourly(lambda _: LogSight(ratings=100_000)) == []


def test_the_schedule_goes_on_from_a_model_of_before_the_start() -> None:
    assert hourly(lambda _: LogSight(ratings=100_001), made_s=-3_200.0) == [400]


def test_without_a_schedule_growth_alone_decides() -> None:
    assert started(lambda _: LogSight(ratings=100_001), until_s=5_400, known=TrainedOn(100_000, 0)) == []
