"""When a training is due: once the log has settled, and again once it has grown."""

from trainer.auto import LogSight, Watch, wants_training

LOADED = LogSight(ratings=100, produced=300, metadata=100, behind=0)


def settled(watch: Watch, now_s: float) -> bool:
    return watch.is_settled(now_s=now_s, settle_s=2.0, patience_s=60.0)


def test_given_a_log_that_stands_still_when_watched_then_it_settles_after_the_pause() -> None:
    watch = Watch.start(LOADED, now_s=0.0).next(LOADED, now_s=1.0)

    assert not settled(watch, 1.9)
    assert settled(watch, 2.0)


def test_given_a_log_that_grows_when_watched_then_the_pause_starts_anew() -> None:
    grown = LogSight(ratings=120, produced=320, metadata=100, behind=0)

    watch = Watch.start(LOADED, now_s=0.0).next(grown, now_s=1.5)

    assert not settled(watch, 3.0)
    assert settled(watch, 3.5)


def test_given_a_log_behind_the_topics_when_watched_then_it_is_not_settled() -> None:
    behind = LogSight(ratings=100, produced=300, metadata=100, behind=5)

    assert not settled(Watch.start(behind, now_s=0.0), 1_000.0)


def test_given_an_empty_log_when_watched_then_there_is_nothing_to_train_on() -> None:
    assert not settled(Watch.start(LogSight(0, 0, 0, 0), now_s=0.0), 1_000.0)


def test_given_metadata_that_trickles_in_when_the_ratings_stand_still_then_patience_ends() -> None:
    watch = Watch.start(LOADED, now_s=0.0)
    for second in range(1, 61):
        watch = watch.next(LogSight(100, 300 + second, 100 + second, 0), now_s=float(second))

    assert not settled(watch, 59.0)
    assert settled(watch, 60.0)


def test_given_no_model_when_asked_then_a_training_is_wanted_and_with_one_only_after_growth() -> None:
    watch = Watch.start(LOADED, now_s=0.0)

    assert wants_training(watch, trained_rows=None, growth=0.1)
    assert not wants_training(watch, trained_rows=100, growth=0.1)
    assert wants_training(watch, trained_rows=90, growth=0.1)
