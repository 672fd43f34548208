"""The offline store: consumed batches as Parquet files named by topic, partition and offsets.

A file appears whole or not at all (rename); a crash may leave a hidden .part file, which nobody reads. Files may
overlap: readers skip offsets that they have already read, so that a replay changes nothing. Small files are merged when
there are many; a reader that finds a listed file gone lists the folder again.
"""

import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any, TypeVar
from uuid import UUID, uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq
import structlog

from marquee.contracts.batches import Batch, Gap
from marquee.contracts.events import MovieEnriched, MovieListed, MoviesRated
from marquee.contracts.topics import CATALOG, METADATA, PARTITIONS, RATINGS
from marquee.state.ratings import Ratings, latest_per_movie
from marquee.stores.folding import columns

log = structlog.get_logger()

# Arrow's default pool (mimalloc) keeps pages per thread: under live ratings, written from changing worker threads, the
# features process grew by 75 MiB over 20,000 small files; with malloc it stays as it is.
pa.set_memory_pool(pa.system_memory_pool())

MERGE_FROM_FILES = 64
MERGE_BELOW_BYTES = 4 * 1_048_576
LISTED_AGAIN = 20
"""How often a reader lists a folder again because a file was merged or deleted before it was read."""

R = TypeVar("R")

RATING_SCHEMA = pa.schema(
    [
        ("offset", pa.int64()),
        ("event_id", pa.dictionary(pa.int32(), pa.binary())),
        ("user_id", pa.int64()),
        ("movie_id", pa.int64()),
        ("rating", pa.float32()),
        ("rated_at", pa.int64()),
    ]
)
MOVIE_SCHEMA = pa.schema([("offset", pa.int64()), ("movie_id", pa.int64()), ("event", pa.string())])


@dataclass(frozen=True, slots=True, order=True)
class LogFile:
    """One file: offsets [first, end) of a partition."""

    first: int
    end: int
    path: str
    size: int


def rating_rows(batch: Batch[MoviesRated]) -> pa.Table:
    """A batch of ratings.v1 as rows."""
    events = [record.event for record in batch.records]
    lengths = [len(event.movie_id) for event in events]
    ratings = columns(events)
    ids = pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(np.arange(len(events), dtype=np.int32), lengths)),
        pa.array([event.event_id.bytes for event in events], pa.binary()),
    )
    offset = np.repeat(np.array([record.offset for record in batch.records], np.int64), lengths)
    arrays = [offset, ids, ratings.user_id, ratings.movie_id, ratings.rating, ratings.rated_at]
    return pa.table(arrays, schema=RATING_SCHEMA)


def movie_rows(batch: Batch[MovieListed] | Batch[MovieEnriched]) -> pa.Table:
    """A batch of catalog.v1 or metadata.v1 as rows."""
    return pa.table(
        [
            [record.offset for record in batch.records],
            [record.event.movie_id for record in batch.records],
            [record.value for record in batch.records],
        ],
        schema=MOVIE_SCHEMA,
    )


def each_event_once(table: pa.Table) -> Ratings:
    """Rows in offset order as ratings, without those of an event id that stood at an earlier offset."""
    offset = table["offset"].to_numpy()
    starts = np.flatnonzero(np.r_[True, offset[1:] != offset[:-1]]) if len(offset) else np.empty(0, np.int64)
    ids = np.array(table["event_id"].take(pa.array(starts)).cast(pa.binary()).to_pylist(), dtype="S16")
    _, first = np.unique(ids, return_index=True)  # the first occurrence of each
    is_first = np.zeros(len(starts), bool)
    is_first[first] = True
    keep = np.repeat(is_first, np.diff(np.r_[starts, len(offset)]))
    user, movie, rating, at = (table[name].to_numpy()[keep] for name in ("user_id", "movie_id", "rating", "rated_at"))
    return Ratings(user, movie, rating, at)


@dataclass(frozen=True, slots=True)
class Aside:
    """Rows that were cut off because the topic no longer has them at these offsets; kept until the log has them again.

    Attributes:
        at: the offset from which they were cut off.
        events: (identity, record value) in the order of their offsets.
    """

    at: int
    path: str
    events: tuple[tuple[bytes, bytes], ...]


class EventLog:
    """Reads and writes the log at a local directory, or at a URL that pyarrow opens; of URLs only file:// is tested."""

    def __init__(self, location: str) -> None:
        if "://" in location:
            self._fs, self._root = pafs.FileSystem.from_uri(location)
        else:
            self._fs, self._root = pafs.LocalFileSystem(), os.path.abspath(location)  # noqa: PTH100  # a key, not a file
        self._row_counts: dict[str, int] = {}

    def next_offset(self, topic: str, partition: int) -> int:
        """The end of what the log holds from offset 0 on without a gap; 0 for nothing."""
        return _end_of(self.files(topic, partition))

    def rows(self, topic: str) -> int:
        """Rows of a topic over all files, from their footers alone. A range that stands in two files counts once, but
        for the part in which one file ends after another began."""
        return sum(_settled(partial(self._rows_of, topic, partition)) for partition in range(PARTITIONS))

    def append(self, batch: Batch[Any]) -> bool:
        """Write what the log lacks of a batch; says whether that was anything.

        Raises:
            Gap: the batch begins after the log's end; nothing was written.
        """
        end = self.next_offset(batch.topic.name, batch.partition)
        if batch.first_offset > end:
            raise Gap("event log", batch.topic.name, batch.partition, end=end, first_offset=batch.first_offset)
        if batch.next_offset <= end:
            return False
        records = tuple(record for record in batch.records if record.offset >= end)
        lacking = replace(batch, first_offset=end, records=records)
        table = rating_rows(lacking) if batch.topic.name == RATINGS.name else movie_rows(lacking)
        self._write(batch.topic.name, batch.partition, end, batch.next_offset, table)
        return True

    def files(self, topic: str, partition: int) -> list[LogFile]:
        """A partition's files in the order of their offsets; of equal starts the longest first."""
        found = []
        for info in self._listing(topic, partition):
            if info.path.endswith(".parquet"):
                first, _, end = PurePosixPath(info.path).stem.partition("-")
                found.append(LogFile(int(first), int(end), info.path, info.size))
        return sorted(found, key=lambda file: (file.first, -file.end))

    def merge_small(self, topic: str, partition: int) -> bool:
        """Join neighbouring small files when many have piled up; says whether it did.

        The joined file is in place before its parts go: a reader between the two sees rows twice and passes over them.
        """
        files = self.files(topic, partition)
        if sum(file.size < MERGE_BELOW_BYTES for file in files) < MERGE_FROM_FILES:
            return False
        runs = [run for run in _runs_of_small(files) if len(run) > 1]
        for run in runs:
            table = pa.concat_tables(self._tables(run))
            joined = self._write(topic, partition, run[0].first, max(file.end for file in run), table)
            for file in run:
                if file.path != joined:
                    self._fs.delete_file(file.path)
        return bool(runs)

    def identities(self, topic: str, partition: int, *, first: int) -> dict[int, bytes]:
        """What stands at each offset from `first` on: an event id (ratings.v1) or the record itself."""
        return {offset: identity for offset, identity, _ in self._events(topic, partition, first=first)}

    def events(self, topic: str, partition: int, *, first: int) -> list[tuple[bytes, bytes]]:
        """(identity, record value) of everything from `first` on, in the order of the offsets."""
        return [(identity, value) for _, identity, value in self._events(topic, partition, first=first)]

    def cut(self, topic: str, partition: int, at: int) -> None:
        """Take everything from offset `at` on out of the log. It is set aside first: see `aside`."""
        files = [file for file in self.files(topic, partition) if file.end > at]
        tables = [table.filter(pc.greater_equal(table["offset"], at)) for table in self._tables(files)]
        if rows := sum(table.num_rows for table in tables):
            path = f"{self._folder(topic, partition)}/{at:020d}-{uuid4().hex}.aside"
            self._put(path, pa.concat_tables(tables))
            log.warning("log_cut", topic=topic, partition=partition, at=at, rows=rows)
        for file in files:
            if file.first < at:
                kept = self._read(file)
                self._write(topic, partition, file.first, at, kept.filter(pc.less(kept["offset"], at)))
            self._fs.delete_file(file.path)

    def has_aside(self, topic: str, partition: int) -> bool:
        """Whether `cut` took out anything that `forget` has not removed."""
        return any(info.path.endswith(".aside") for info in self._listing(topic, partition))

    def aside(self, topic: str, partition: int) -> list[Aside]:
        """What `cut` took out and `forget` has not removed."""
        found = []
        for info in self._listing(topic, partition):
            if info.path.endswith(".aside"):
                with self._fs.open_input_file(info.path) as source:
                    table = pq.read_table(source)
                events = tuple((identity, value) for _, identity, value in _values(topic, table))
                found.append(Aside(int(PurePosixPath(info.path).stem.partition("-")[0]), info.path, events))
        return found

    def forget(self, aside: Aside) -> None:
        """Remove rows that were set aside."""
        self._fs.delete_file(aside.path)

    def ratings(self) -> Ratings:
        """The state of the whole log: one row per user and movie, every event once, sorted by user and movie."""
        return latest_per_movie(self.all_ratings())

    def all_ratings(self) -> Ratings:
        """Every rating event once, in order of arrival within each partition."""
        partitions = (self._whole(RATINGS.name, partition) for partition in range(PARTITIONS))
        parts = [each_event_once(pa.concat_tables(tables)) for tables in partitions if tables]
        return Ratings.concat(Ratings.empty(), *parts)

    def listed(self) -> list[MovieListed]:
        """The newest catalog.v1 event of each movie, by id."""
        return [MovieListed.model_validate_json(event) for event in self._newest_movies(CATALOG.name)]

    def enriched(self) -> list[MovieEnriched]:
        """The newest metadata.v1 event of each movie, by id."""
        return [MovieEnriched.model_validate_json(event) for event in self._newest_movies(METADATA.name)]

    def _newest_movies(self, topic: str) -> list[str]:
        newest_event: dict[int, str] = {}
        for partition in range(PARTITIONS):
            for table in self._whole(topic, partition):
                newest_event |= dict(zip(table["movie_id"].to_pylist(), table["event"].to_pylist(), strict=True))
        return [newest_event[movie_id] for movie_id in sorted(newest_event)]

    def _whole(self, topic: str, partition: int) -> list[pa.Table]:
        """All rows of a partition, read while another process may be merging its files."""
        return _settled(lambda: list(self._tables(self.files(topic, partition))))

    def _events(self, topic: str, partition: int, *, first: int) -> list[tuple[int, bytes, bytes]]:
        def read() -> list[pa.Table]:
            return list(self._tables([file for file in self.files(topic, partition) if file.end > first]))

        return [row for table in _settled(read) for row in _values(topic, table) if row[0] >= first]

    def _rows_of(self, topic: str, partition: int) -> int:
        total = read_to = 0
        for file in self.files(topic, partition):
            if file.end > read_to:
                total += self._row_count(file)
                read_to = file.end
        return total

    def _row_count(self, file: LogFile) -> int:
        """From the footer, read once: a file never changes."""
        if (count := self._row_counts.get(file.path)) is None:
            count = pq.read_metadata(file.path, filesystem=self._fs).num_rows
            self._row_counts[file.path] = count
        return count

    def _listing(self, topic: str, partition: int) -> list[pafs.FileInfo]:
        folder = pafs.FileSelector(self._folder(topic, partition), allow_not_found=True)
        return _settled(lambda: [info for info in self._fs.get_file_info(folder) if info.is_file])

    def _tables(self, files: Sequence[LogFile]) -> Iterator[pa.Table]:
        """The rows of sorted files in offset order, each offset once."""
        read_to = 0
        for file in files:
            if file.end <= read_to:
                continue
            table = self._read(file)
            yield table.filter(pc.greater_equal(table["offset"], read_to)) if file.first < read_to else table
            read_to = file.end

    def _read(self, file: LogFile) -> pa.Table:
        with self._fs.open_input_file(file.path) as source:
            return pq.read_table(source)

    def _folder(self, topic: str, partition: int) -> str:
        return f"{self._root}/{topic}/p={partition:03d}"

    def _write(self, topic: str, partition: int, first: int, end: int, table: pa.Table) -> str:
        path = f"{self._folder(topic, partition)}/{first:020d}-{end:020d}.parquet"
        self._row_counts.pop(path, None)
        self._put(path, table)
        return path

    def _put(self, path: str, table: pa.Table) -> None:
        folder = path.rpartition("/")[0]
        self._fs.create_dir(folder, recursive=True)
        part = f"{folder}/.{uuid4().hex}.part"
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        with self._fs.open_output_stream(part) as sink:
            sink.write(buffer.getbuffer())
        self._fs.move(part, path)


def _settled(read: Callable[[], R]) -> R:
    """Read again when a file that was listed is gone: it was merged into another one meanwhile.

    Raises:
        FileNotFoundError: the files keep going.
    """
    for _ in range(LISTED_AGAIN):
        try:
            return read()
        except FileNotFoundError:
            continue
    return read()


def _end_of(files: Sequence[LogFile]) -> int:
    """Where sorted files first leave a gap, from offset 0 on."""
    end = 0
    for file in files:
        if file.first > end:
            break
        end = max(end, file.end)
    return end


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


def _values(topic: str, table: pa.Table) -> Iterator[tuple[int, bytes, bytes]]:
    """(offset, identity, record value) of each event in a table, in the order of the rows."""
    offsets = table["offset"].to_numpy()
    if topic != RATINGS.name:
        for offset, event in zip(offsets.tolist(), table["event"].to_pylist(), strict=True):
            yield offset, event.encode(), event.encode()
        return
    starts = np.flatnonzero(np.r_[True, offsets[1:] != offsets[:-1]]) if len(offsets) else np.empty(0, np.int64)
    ends = np.r_[starts[1:], len(offsets)].astype(np.int64)
    ids = table["event_id"].take(pa.array(starts)).cast(pa.binary()).to_pylist()
    columns_of: Mapping[str, Any] = {
        name: table[name].to_numpy() for name in ("user_id", "movie_id", "rating", "rated_at")
    }
    for start, end, identity in zip(starts.tolist(), ends.tolist(), ids, strict=True):
        event = MoviesRated(
            event_id=UUID(bytes=identity),
            user_id=int(columns_of["user_id"][start]),
            movie_id=tuple(columns_of["movie_id"][start:end].tolist()),
            rating=tuple(columns_of["rating"][start:end].tolist()),
            rated_at_ms=tuple(columns_of["rated_at"][start:end].tolist()),
        )
        yield int(offsets[start]), identity, event.model_dump_json().encode()
