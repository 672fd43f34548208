"""The offline log: files that appear whole, replays that change nothing, small files that are joined."""

from pathlib import Path
from uuid import uuid4

import numpy as np

from marquee import event_log
from marquee.event_log import EventLog
from marquee.events import MoviesRated
from marquee.topics import RATINGS, shard_of
from support.builders import a_batch, a_rating

SHARD = shard_of(1)


def some(count: int) -> list[MoviesRated]:
    return [a_rating(movie_id=movie, rating=(movie % 10 + 1) / 2) for movie in range(1, count + 1)]


def test_given_batches_when_replayed_in_other_cuts_then_the_ratings_are_the_same(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:6]))
    log.append(a_batch(*events[6:], first_offset=6))
    before = log.all_ratings()

    log.append(a_batch(*events[3:8], first_offset=3))

    np.testing.assert_array_equal(log.all_ratings().movie_id, before.movie_id)
    assert log.next_offset(RATINGS.name, SHARD) == 10


def test_given_an_event_id_at_two_offsets_when_read_then_the_first_one_counts(tmp_path: Path) -> None:
    event_id, log = uuid4(), EventLog(str(tmp_path))
    log.append(a_batch(a_rating(event_id=event_id, rating=4.0), a_rating(rating=2.0)))
    log.append(a_batch(a_rating(event_id=event_id, rating=4.0), first_offset=2))

    assert log.all_ratings().rating.tolist() == [4.0, 2.0]
    assert log.ratings().rating.tolist() == [2.0]


def test_given_a_gap_when_asked_where_it_ends_then_the_gap_is_the_end(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:4]))
    log.append(a_batch(*events[6:], first_offset=6))

    assert log.next_offset(RATINGS.name, SHARD) == 4


def test_given_many_small_files_when_merged_then_one_is_left_with_the_same_rows(tmp_path: Path) -> None:
    events, log = some(event_log.MERGE_FROM_FILES), EventLog(str(tmp_path))
    for offset, event in enumerate(events):
        log.append(a_batch(event, first_offset=offset))
    before = log.all_ratings()

    assert log.merge_small(RATINGS.name, SHARD)

    assert len(log.files(RATINGS.name, SHARD)) == 1
    np.testing.assert_array_equal(log.all_ratings().movie_id, before.movie_id)
    assert log.rows(RATINGS.name) == len(events)


def test_given_an_empty_log_when_read_then_there_is_nothing_and_no_error(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path / "none"))

    assert len(log.ratings()) == 0
    assert (log.listed(), log.enriched(), log.next_offset(RATINGS.name, 0), log.rows(RATINGS.name)) == ([], [], 0, 0)
