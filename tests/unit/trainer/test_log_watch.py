"""What is seen of the topics and the log, and what is read again for it."""

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.stores.event_log import EventLog
from support.builders import a_movie, a_rating, an_enriched, in_batches
from trainer.log_watch import STILL_LOOKS, TOPICS, LogWatch, Offsets

N_MOVIES = 200


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    """30 ratings, and 200 listed movies of which two have metadata."""
    log = EventLog(str(tmp_path / "log"))
    add_ratings(log, 30)
    for batch in in_batches(CATALOG, [a_movie(movie_id=movie) for movie in range(1, N_MOVIES + 1)]):
        log.append(batch)
    add_metadata(log, 1, 2)
    return log


def add_ratings(log: EventLog, count: int) -> None:
    for batch in in_batches(RATINGS, [a_rating(user_id=1 + at, movie_id=1) for at in range(count)]):
        log.append(batch)


def add_metadata(log: EventLog, *movie_ids: int) -> None:
    """All of it, from the first record on; the log keeps what it has."""
    for batch in in_batches(METADATA, [an_enriched(movie_id=movie) for movie in movie_ids]):
        log.append(batch)


def ends_of(log: EventLog) -> dict[str, list[int]]:
    """The topics end where the log does."""
    return {topic.name: [log.next_offset(topic.name, at) for at in range(topic.partitions)] for topic in TOPICS}


def longer(ends: Offsets, topic: str, by: int) -> Offsets:
    first, *others = ends[topic]
    return {**ends, topic: [first + by, *others]}


def test_ratings_of_the_log_and_what_it_lacks_are_counted(log: EventLog) -> None:
    ends = longer(longer(ends_of(log), RATINGS.name, 7), CATALOG.name, 2)

    sight = LogWatch(log).look(ends, with_movies=False)

    assert (sight.ratings, sight.behind) == (30, 9)


def test_records_of_metadata_that_the_log_lacks_do_not_hold_a_training_back(log: EventLog) -> None:
    ends = ends_of(log)

    sight = LogWatch(log).look(longer(ends, METADATA.name, 5), with_movies=False)

    assert sight.behind == 0
    assert sight.metadata == sum(ends[METADATA.name]) + 5


def test_movies_are_counted_only_when_they_are_wanted(log: EventLog) -> None:
    watch = LogWatch(log)

    without = watch.look(ends_of(log), with_movies=False)
    counted = watch.look(ends_of(log), with_movies=True)

    assert (without.movies, without.enriched) == (0, 0)
    assert (counted.movies, counted.enriched) == (N_MOVIES, 2)


def test_a_log_that_cannot_have_changed_is_not_read_again(log: EventLog, tmp_path: Path) -> None:
    watch, ends = LogWatch(log), ends_of(log)
    first = watch.look(ends, with_movies=True)
    shutil.rmtree(tmp_path / "log")

    assert watch.look(ends, with_movies=True) == first


def test_metadata_of_a_few_more_movies_is_counted_once_no_more_comes(log: EventLog) -> None:
    watch = LogWatch(log)
    watch.look(ends_of(log), with_movies=True)
    add_metadata(log, 1, 2, 3)

    counts = [watch.look(ends_of(log), with_movies=True).enriched for _ in range(STILL_LOOKS + 2)]

    assert counts[0] == 2
    assert counts[-1] == 3


def test_metadata_of_many_more_movies_is_counted_at_once(log: EventLog) -> None:
    watch = LogWatch(log)
    watch.look(ends_of(log), with_movies=True)
    add_metadata(log, *range(1, 51))

    assert watch.look(ends_of(log), with_movies=True).enriched == 50


def test_a_log_that_could_not_be_read_is_read_at_the_next_look(log: EventLog, tmp_path: Path) -> None:
    watch = LogWatch(log)
    file = next((tmp_path / "log" / RATINGS.name).rglob("*.parquet"))
    content = file.read_bytes()
    file.write_bytes(b"no parquet")

    with pytest.raises((OSError, ValueError, pa.ArrowException)):
        watch.look(ends_of(log), with_movies=False)
    file.write_bytes(content)

    assert watch.look(ends_of(log), with_movies=False).ratings == 30
