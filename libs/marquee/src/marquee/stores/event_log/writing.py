"""Adding to the log: what it lacks of a range, and the joining of the small files that pile up."""

from collections.abc import Sequence

import pyarrow as pa

from marquee.contracts.batches import Gap, Shard
from marquee.stores.event_log.files import Files, LogFile, end_of
from marquee.stores.event_log.tables import table_of
from marquee.stores.rows import Rows

MERGE_FROM_FILES = 64
MERGE_BELOW_BYTES = 4 * 1_048_576


def append(files: Files, rows: Rows) -> bool:
    """See `EventLog.append`."""
    with files.changing(rows.shard):
        end = end_of(files.in_order(rows.shard))
        if rows.first_offset > end:
            raise Gap("event log", *rows.shard, end=end, first_offset=rows.first_offset)
        if rows.next_offset <= end:
            return False
        files.write(rows.shard, end, rows.next_offset, table_of(rows.since(end)))
        return True


def merge_small(files: Files, shard: Shard) -> bool:
    """See `EventLog.merge_small`."""
    with files.changing(shard):
        present = files.in_order(shard)
    if sum(file.size < MERGE_BELOW_BYTES for file in present) < MERGE_FROM_FILES:
        return False
    runs = [run for run in _runs_of_small(present) if len(run) > 1]
    joined = [_joined(files, shard, run) for run in runs]
    return any(joined)


def _joined(files: Files, shard: Shard, run: Sequence[LogFile]) -> bool:
    """Put one file in the place of several; False if some have changed meanwhile.

    The slow part, reading and writing, leaves the partition to whoever appends.
    """
    path = files.path(shard, run[0].first, max(file.end for file in run))
    part = files.hidden(path, pa.concat_tables(files.tables(run)))
    with files.changing(shard):
        if not set(run) <= set(files.in_order(shard)):
            files.delete(part)
            return False
        files.show(part, path)
        for file in run:
            if file.path != path:
                files.delete(file.path)
    return True


def _runs_of_small(files: Sequence[LogFile]) -> list[list[LogFile]]:
    """Neighbouring small files without a gap or a large file between them."""
    runs: list[list[LogFile]] = [[]]
    end = 0
    for file in files:
        if file.size >= MERGE_BELOW_BYTES or file.first > end:
            runs.append([])
        if file.size < MERGE_BELOW_BYTES:
            runs[-1].append(file)
        end = max(end, file.end)
    return [run for run in runs if run]
