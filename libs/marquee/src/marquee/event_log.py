"""The offline store: consumed batches as Parquet files named by topic, partition and offsets.

A file appears whole or not at all (rename). Replayed batches may overlap earlier files; readers pass over offsets
that they have read, so that a replay changes nothing. Many small files are merged as they pile up.
"""

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from marquee.consumer import Batch
from marquee.events import MovieEnriched, MovieListed, MoviesRated
from marquee.folding import columns
from marquee.ratings import Ratings, newest
from marquee.topics import CATALOG, METADATA, PARTITIONS, RATINGS

MERGE_FROM_FILES = 64
MERGE_BELOW_BYTES = 4 * 1_048_576

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


class EventLog:
    """Reads and writes the log at a local directory or any URL that pyarrow knows (s3://, gs://)."""

    def __init__(self, location: str) -> None:
        if "://" in location:
            self._fs, self._root = pafs.FileSystem.from_uri(location)
        else:
            self._fs, self._root = pafs.LocalFileSystem(), os.path.abspath(location)  # noqa: PTH100 — a key, not a file

    def next_offset(self, topic: str, partition: int) -> int:
        """The end of what the log holds without a gap; 0 for nothing."""
        end = 0
        for file in self.files(topic, partition):
            if file.first > end and end:
                break
            end = max(end, file.end)
        return end

    def rows(self, topic: str) -> int:
        """Rows of a topic over all files, from their footers alone; replayed ranges count as often as they stand."""
        files = [file for partition in range(PARTITIONS) for file in self.files(topic, partition)]
        return sum(pq.read_metadata(file.path, filesystem=self._fs).num_rows for file in files)

    def append(self, batch: Batch[Any]) -> None:
        """Write a batch. Writing it again rewrites the same file."""
        table = rating_rows(batch) if batch.topic.name == RATINGS.name else movie_rows(batch)
        self._write(batch.topic.name, batch.partition, batch.first_offset, batch.next_offset, table)

    def files(self, topic: str, partition: int) -> list[LogFile]:
        """A partition's files in the order of their offsets; of equal starts the longest first."""
        folder = pafs.FileSelector(self._folder(topic, partition), allow_not_found=True)
        found = []
        for info in self._fs.get_file_info(folder):
            if info.is_file and info.path.endswith(".parquet"):
                first, _, end = PurePosixPath(info.path).stem.partition("-")
                found.append(LogFile(int(first), int(end), info.path, info.size))
        return sorted(found, key=lambda file: (file.first, -file.end))

    def merge_small(self, topic: str, partition: int) -> bool:
        """Join neighbouring small files when many have piled up; says whether it did.

        The joined file is in place before its parts go: a reader between the two sees rows twice and passes over them.
        """
        small = [file for file in self.files(topic, partition) if file.size < MERGE_BELOW_BYTES]
        if len(small) < MERGE_FROM_FILES:
            return False
        run = [small[0]]
        for file in small[1:]:
            if file.first > run[-1].end:
                break
            run.append(file)
        if len(run) < 2:
            return False
        table = pa.concat_tables(self._tables(run))
        joined = self._write(topic, partition, run[0].first, max(file.end for file in run), table)
        for file in run:
            if file.path != joined:
                self._fs.delete_file(file.path)
        return True

    def ratings(self) -> Ratings:
        """The state of the whole log: one row a user and movie, every event once, sorted by user and movie."""
        return newest(self.all_ratings())

    def all_ratings(self) -> Ratings:
        """Every rating event once, in order of arrival within each partition."""
        parts = [Ratings.empty()]
        for partition in range(PARTITIONS):
            tables = list(self._tables(self.files(RATINGS.name, partition)))
            if tables:
                parts.append(each_event_once(pa.concat_tables(tables)))
        return Ratings.concat(*parts)

    def listed(self) -> list[MovieListed]:
        """The newest catalog.v1 event of each movie, by id."""
        return [MovieListed.model_validate_json(event) for event in self._newest_movies(CATALOG.name)]

    def enriched(self) -> list[MovieEnriched]:
        """The newest metadata.v1 event of each movie, by id."""
        return [MovieEnriched.model_validate_json(event) for event in self._newest_movies(METADATA.name)]

    def _newest_movies(self, topic: str) -> list[str]:
        newest_event: dict[int, str] = {}
        for partition in range(PARTITIONS):
            for table in self._tables(self.files(topic, partition)):
                newest_event |= dict(zip(table["movie_id"].to_pylist(), table["event"].to_pylist(), strict=True))
        return [newest_event[movie_id] for movie_id in sorted(newest_event)]

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
        folder = self._folder(topic, partition)
        self._fs.create_dir(folder, recursive=True)
        path, part = f"{folder}/{first:020d}-{end:020d}.parquet", f"{folder}/.{uuid4().hex}.part"
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        with self._fs.open_output_stream(part) as sink:
            sink.write(buffer.getbuffer())
        self._fs.move(part, path)
        return path
