"""The offline log: files that appear whole, replays that change nothing, small files that are joined."""

from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pytest

from marquee.contracts.batches import Gap
from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS, shard_of
from marquee.stores.event_log import EventLog, writing
from support.builders import a_batch, a_rating

SHARD = shard_of(1)


def some(count: int) -> list[MoviesRated]:
    return [a_rating(movie_id=movie, rating=(movie % 10 + 1) / 2) for movie in range(1, count + 1)]


def test_batches_replayed_in_other_cuts_change_no_rating(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:6]))
    log.append(a_batch(*events[6:], first_offset=6))
    before = log.all_ratings()

    log.append(a_batch(*events[3:8], first_offset=3))

    np.testing.assert_array_equal(log.all_ratings().movie_id, before.movie_id)
    assert log.next_offset(RATINGS.name, SHARD) == 10


def test_an_event_id_at_two_offsets_counts_once(tmp_path: Path) -> None:
    event_id, log = uuid4(), EventLog(str(tmp_path))
    log.append(a_batch(a_rating(event_id=event_id, rating=4.0), a_rating(rating=2.0)))
    log.append(a_batch(a_rating(event_id=event_id, rating=4.0), first_offset=2))

    assert log.all_ratings().rating.tolist() == [4.0, 2.0]
    assert log.ratings().rating.tolist() == [2.0]


def test_a_log_with_a_gap_ends_at_the_gap(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    for first, end in ((0, 4), (4, 6), (6, 10)):
        log.append(a_batch(*events[first:end], first_offset=first))
    Path(log.files(RATINGS.name, SHARD)[1].path).unlink()

    assert log.next_offset(RATINGS.name, SHARD) == 4


def test_a_log_without_its_first_file_ends_at_its_start(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:4]))
    log.append(a_batch(*events[4:], first_offset=4))
    Path(log.files(RATINGS.name, SHARD)[0].path).unlink()

    assert log.next_offset(RATINGS.name, SHARD) == 0


def test_a_batch_after_the_end_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:4]))

    with pytest.raises(Gap) as refused:
        log.append(a_batch(*events[6:], first_offset=6))

    assert refused.value.end == 4
    assert log.rows(RATINGS.name) == 4


def test_only_the_missing_rest_of_a_batch_is_written(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:6]))

    log.append(a_batch(*events[2:8], first_offset=2))
    log.append(a_batch(*events[:8]))

    assert [(file.first, file.end) for file in log.files(RATINGS.name, SHARD)] == [(0, 6), (6, 8)]
    assert log.rows(RATINGS.name) == 8


def test_small_files_on_both_sides_of_a_large_one_are_merged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events, log = some(90), EventLog(str(tmp_path))
    log.append(a_batch(events[0]))
    log.append(a_batch(*events[1:21], first_offset=1))
    monkeypatch.setattr(writing, "MERGE_BELOW_BYTES", log.files(RATINGS.name, SHARD)[1].size)
    for offset in range(21, 90):
        log.append(a_batch(events[offset], first_offset=offset))

    assert log.merge_small(RATINGS.name, SHARD)

    assert [(file.first, file.end) for file in log.files(RATINGS.name, SHARD)] == [(0, 1), (1, 21), (21, 90)]
    assert log.all_ratings().movie_id.tolist() == list(range(1, 91))


def test_a_merge_does_not_span_a_gap(tmp_path: Path) -> None:
    events, log = some(writing.MERGE_FROM_FILES + 1), EventLog(str(tmp_path))
    for offset, event in enumerate(events):
        log.append(a_batch(event, first_offset=offset))
    Path(log.files(RATINGS.name, SHARD)[10].path).unlink()

    assert log.merge_small(RATINGS.name, SHARD)

    ends = [(file.first, file.end) for file in log.files(RATINGS.name, SHARD)]
    assert ends == [(0, 10), (11, writing.MERGE_FROM_FILES + 1)]
    assert log.next_offset(RATINGS.name, SHARD) == 10


def test_rows_that_are_cut_off_are_set_aside_until_forgotten(tmp_path: Path) -> None:
    events, log = some(10), EventLog(str(tmp_path))
    log.append(a_batch(*events[:4]))
    log.append(a_batch(*events[4:], first_offset=4))

    log.cut(RATINGS.name, SHARD, 2)

    assert log.next_offset(RATINGS.name, SHARD) == 2
    (aside,) = log.aside(RATINGS.name, SHARD)
    assert [event.value for event in aside.events] == [event.model_dump_json().encode() for event in events[2:]]
    log.forget(aside)
    assert not log.has_aside(RATINGS.name, SHARD)


def test_merging_many_small_files_leaves_one_with_the_same_rows(tmp_path: Path) -> None:
    events, log = some(writing.MERGE_FROM_FILES), EventLog(str(tmp_path))
    for offset, event in enumerate(events):
        log.append(a_batch(event, first_offset=offset))
    before = log.all_ratings()

    assert log.merge_small(RATINGS.name, SHARD)

    assert len(log.files(RATINGS.name, SHARD)) == 1
    np.testing.assert_array_equal(log.all_ratings().movie_id, before.movie_id)
    assert log.rows(RATINGS.name) == len(events)


def test_an_empty_log_reads_as_nothing(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path / "none"))

    assert len(log.ratings()) == 0
    assert (log.listed(), log.enriched(), log.next_offset(RATINGS.name, 0), log.rows(RATINGS.name)) == ([], [], 0, 0)


def test_arrow_allocates_with_malloc_so_that_small_files_do_not_grow_memory() -> None:
    assert pa.default_memory_pool().backend_name == "system"


def test_a_url_names_the_same_log_as_its_directory(tmp_path: Path) -> None:
    EventLog(f"file://{tmp_path}/log").append(a_batch(*some(3)))

    assert EventLog(str(tmp_path / "log")).ratings().movie_id.tolist() == [1, 2, 3]


def test_a_file_that_a_crash_left_half_written_is_not_read(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    log.append(a_batch(*some(3)))
    (tmp_path / RATINGS.name / f"p={SHARD:03d}" / ".0f.part").write_bytes(b"PAR1, and no footer")

    assert log.ratings().movie_id.tolist() == [1, 2, 3]
    assert log.rows(RATINGS.name) == 3
