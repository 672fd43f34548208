"""Taking rows out of the log because the topic no longer has them at their offsets, without losing them."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import structlog

from marquee.contracts.batches import Shard
from marquee.stores.event_log.files import Files
from marquee.stores.event_log.tables import LoggedEvent, events_of

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Aside:
    """Rows that were cut off, kept until the log has them again.

    Attributes:
        at: the offset from which they were cut off.
        events: in the order of their former offsets.
    """

    at: int
    path: str
    events: tuple[LoggedEvent, ...]


def cut_off(files: Files, shard: Shard, at: int) -> None:
    """See `EventLog.cut`."""
    with files.changing(shard):
        _cut_off(files, shard, at)


def _cut_off(files: Files, shard: Shard, at: int) -> None:
    reaching = [file for file in files.in_order(shard) if file.end > at]
    tables = [table.filter(pc.greater_equal(table["offset"], at)) for table in files.tables(reaching)]
    if count := sum(table.num_rows for table in tables):
        files.put(f"{files.folder(shard)}/{at:020d}-{uuid4().hex}.aside", pa.concat_tables(tables))
        log.warning("log_cut", topic=shard[0], partition=shard[1], at=at, rows=count)
    for file in reaching:
        if file.first < at:
            kept = files.read(file.path)
            files.write(shard, file.first, at, kept.filter(pc.less(kept["offset"], at)))
        files.delete(file.path)


def set_aside(files: Files, shard: Shard) -> list[Aside]:
    """See `EventLog.aside`."""
    return [
        Aside(int(PurePosixPath(info.path).stem.partition("-")[0]), info.path, tuple(events_of(files.read(info.path))))
        for info in files.listing(shard, ".aside")
    ]
