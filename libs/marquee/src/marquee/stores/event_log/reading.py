"""Reading the log while another process may be merging its files."""

from collections.abc import Collection
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from marquee.contracts.batches import Shard
from marquee.contracts.events import Act
from marquee.contracts.topics import ACTIVITY, PARTITIONS, RATINGS
from marquee.state.ratings import Ratings, not_withdrawn
from marquee.stores.event_log.files import Files, settled
from marquee.stores.event_log.tables import LoggedEvent, each_event_once, events_of


def rows(files: Files, topic: str) -> int:
    """See `EventLog.rows`."""
    return sum(settled(partial(_row_count, files, (topic, partition))) for partition in range(PARTITIONS))


def events(files: Files, shard: Shard, *, first: int) -> list[LoggedEvent]:
    """Everything from offset `first` on, in the order of the offsets."""
    return [
        event for table in _tables(files, shard, first=first) for event in events_of(table) if event.offset >= first
    ]


def acts(files: Files, partition: int, kinds: Collection[Act], *, first: int, end: int) -> list[LoggedEvent]:
    """See `EventLog.acts`."""

    def chosen(table: pa.Table) -> pa.Table:
        is_kind = pc.is_in(table["kind"], pa.array([str(kind) for kind in kinds]))
        is_between = pc.and_(pc.greater_equal(table["offset"], first), pc.less(table["offset"], end))
        return table.filter(pc.and_(is_kind, is_between))

    shard = (ACTIVITY.name, partition)
    tables = settled(
        lambda: [
            chosen(table)
            for table in files.tables([file for file in files.in_order_beside_a_writer(shard) if file.end > first])
        ]
    )
    return [event for table in tables for event in events_of(table)]


def all_ratings(files: Files) -> Ratings:
    """See `EventLog.all_ratings`."""
    return Ratings.concat(*(partition_ratings(files, partition) for partition in range(PARTITIONS)))


def partition_ratings(files: Files, partition: int) -> Ratings:
    """See `EventLog.partition_ratings`."""
    tables = _tables(files, (RATINGS.name, partition))
    return not_withdrawn(each_event_once(pa.concat_tables(tables))) if tables else Ratings.empty()


def newest_movies(files: Files, topic: str) -> list[str]:
    """The newest event of each movie as JSON, by id."""
    newest: dict[int, str] = {}
    for partition in range(PARTITIONS):
        for table in _tables(files, (topic, partition)):
            newest |= dict(zip(table["movie_id"].to_pylist(), table["event"].to_pylist(), strict=True))
    return [newest[movie_id] for movie_id in sorted(newest)]


def _tables(files: Files, shard: Shard, *, first: int = 0) -> list[pa.Table]:
    """The rows of the files that reach beyond an offset, each offset once."""
    return settled(
        lambda: list(files.tables([file for file in files.in_order_beside_a_writer(shard) if file.end > first]))
    )


def _row_count(files: Files, shard: Shard) -> int:
    total = read_to = 0
    for file in files.in_order_beside_a_writer(shard):
        if file.end > read_to:
            total += files.row_count(file)
            read_to = file.end
    return total
