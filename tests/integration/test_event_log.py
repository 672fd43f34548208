"""The offline log under a reader and a writer at once."""

import threading
from pathlib import Path

import pytest

from marquee.contracts.topics import RATINGS, shard_of
from marquee.stores.event_log import EventLog
from support.builders import a_batch, a_rating

pytestmark = pytest.mark.integration

SHARD = shard_of(1)


def test_no_read_fails_or_is_short_while_small_files_are_merged(tmp_path: Path) -> None:
    """Two processes' worth of work in two threads: small files appear and are merged while they are read."""
    log, reader = EventLog(str(tmp_path)), EventLog(str(tmp_path))
    stop, written = threading.Event(), [0]

    def write() -> None:
        for offset in range(1_500):
            log.append(a_batch(a_rating(movie_id=offset + 1), first_offset=offset))
            written[0] = offset + 1
            log.merge_small(RATINGS.name, SHARD)
        stop.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not stop.is_set():
        before = written[0]
        assert len(reader.ratings()) >= before
        assert reader.rows(RATINGS.name) >= before
        assert reader.next_offset(RATINGS.name, SHARD) >= before
        reads += 1
    writer.join()
    assert reads > 10
    assert reader.ratings().movie_id.tolist() == list(range(1, 1_501))


def test_nothing_that_is_appended_during_a_merge_is_refused_or_lost(tmp_path: Path) -> None:
    log = EventLog(str(tmp_path))
    stop, merges = threading.Event(), []

    def merge() -> None:
        while not stop.is_set():
            merges.append(log.merge_small(RATINGS.name, SHARD))

    merger = threading.Thread(target=merge)
    merger.start()
    try:
        for offset in range(600):
            log.append(a_batch(a_rating(movie_id=offset + 1), first_offset=offset))
    finally:
        stop.set()
        merger.join()

    assert any(merges)
    assert log.all_ratings().movie_id.tolist() == list(range(1, 601))
    assert not list(tmp_path.rglob("*.part"))
