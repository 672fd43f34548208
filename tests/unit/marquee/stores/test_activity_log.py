"""The event log of activity.v1: one row per act, whole events out again, small impressions."""

from pathlib import Path

import pytest

from marquee.contracts.batches import Batch
from marquee.contracts.events import Act, UserActed
from marquee.contracts.topics import ACTIVITY
from marquee.stores.event_log import EventLog, writing
from marquee.stores.rows import ActivityRows
from support.builders import an_act, an_impression, delivered

SHARD = 3
ACTS = [
    an_impression(movie_ids=(3, 1, 2), score=(2.5, 1 / 3, -1.0)),
    an_impression(movie_ids=(7,), model_version=None),
    an_act("opened", movie_id=3, ranking_id="r"),
    an_act("dismissed", movie_id=1, reason="not_now"),
    an_act("dismissed", movie_id=2),
    an_act("undismissed", movie_id=1),
]


def rows(acts: list[UserActed], *, first: int = 0) -> ActivityRows:
    return ActivityRows.of(Batch(ACTIVITY, SHARD, first, first + len(acts), delivered(acts, first_offset=first)))


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog(str(tmp_path))


def test_every_act_comes_out_of_the_log_as_it_went_in(log: EventLog) -> None:
    log.append(rows(ACTS))

    events = log.events(ACTIVITY.name, SHARD, first=0)

    assert [ACTIVITY.parse(event.value) for event in events] == ACTS
    assert [event.identity for event in events] == [act.event_id.bytes for act in ACTS]
    assert [event.offset for event in events] == list(range(len(ACTS)))
    assert log.rows(ACTIVITY.name) == len(ACTS)


def test_overlapping_and_merged_files_hold_each_act_once(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MERGE_FROM_FILES", 2)
    log.append(rows(ACTS[:2]))
    log.append(rows(ACTS[1:4], first=1))
    log.append(rows(ACTS[4:], first=4))

    assert log.merge_small(ACTIVITY.name, SHARD)

    assert len(log.files(ACTIVITY.name, SHARD)) == 1
    assert [ACTIVITY.parse(event.value) for event in log.events(ACTIVITY.name, SHARD, first=0)] == ACTS


def test_dismissals_are_read_without_the_impressions_around_them(log: EventLog) -> None:
    log.append(rows(ACTS[:4]))
    log.append(rows(ACTS[4:], first=4))

    found = log.acts(SHARD, (Act.DISMISSED, Act.UNDISMISSED), first=0, end=5)

    assert [(event.offset, ACTIVITY.parse(event.value)) for event in found] == [(3, ACTS[3]), (4, ACTS[4])]
    assert log.acts(SHARD, (Act.OPENED,), first=3, end=6) == []


def test_what_is_cut_off_the_log_of_acts_is_kept_aside(log: EventLog) -> None:
    log.append(rows(ACTS))

    log.cut(ACTIVITY.name, SHARD, 4)

    assert log.next_offset(ACTIVITY.name, SHARD) == 4
    (aside,) = log.aside(ACTIVITY.name, SHARD)
    assert [ACTIVITY.parse(event.value) for event in aside.events] == ACTS[4:]


def test_a_range_of_activity_without_an_event_is_a_file_too(log: EventLog) -> None:
    log.append(ActivityRows.of(Batch(ACTIVITY, SHARD, 0, 4, ())))

    assert (log.next_offset(ACTIVITY.name, SHARD), log.rows(ACTIVITY.name)) == (4, 0)
    log.append(rows(ACTS, first=4))
    assert len(log.events(ACTIVITY.name, SHARD, first=0)) == len(ACTS)


def test_rows_without_the_earlier_records_begin_later() -> None:
    later = rows(ACTS, first=10).since(14)

    assert (later.first_offset, later.next_offset, later.offset.tolist(), later.acts) == (
        14,
        16,
        [14, 15],
        tuple(ACTS[4:]),
    )
