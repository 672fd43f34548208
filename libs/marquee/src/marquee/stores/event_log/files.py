"""The log's files: where they are, what their names say, and how one appears whole or not at all."""

import io
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from threading import Lock
from typing import Self, TypeVar
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs
import pyarrow.parquet as pq

from marquee.contracts.batches import Shard

# Arrow's default pool (mimalloc) keeps pages per thread: under live ratings, written from changing worker threads, the
# features process grew by 75 MiB over 20,000 small files; with malloc it stays as it is.
pa.set_memory_pool(pa.system_memory_pool())

LISTED_AGAIN = 20
"""How often a reader lists a folder again because a file was merged or deleted before it was read."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, order=True)
class LogFile:
    """One file: offsets [first, end) of a partition."""

    first: int
    end: int
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Files:
    """A folder per topic and partition, in it files named by their offsets.

    Attributes:
        root: a path that `fs` understands.
    """

    fs: pafs.FileSystem
    root: str
    _row_counts: dict[str, int] = field(default_factory=dict)
    _changing: dict[Shard, Lock] = field(default_factory=lambda: defaultdict(Lock))

    @classmethod
    def at(cls, location: str) -> Self:
        """A local directory, or a URL that pyarrow opens. It need not exist."""
        if "://" in location:
            return cls(*pafs.FileSystem.from_uri(location))
        return cls(pafs.LocalFileSystem(), os.path.abspath(location))  # noqa: PTH100  # a key, not a file

    def changing(self, shard: Shard) -> Lock:
        """Held by a thread of this process while it changes which files a partition has."""
        return self._changing[shard]

    def folder(self, shard: Shard) -> str:
        return f"{self.root}/{shard[0]}/p={shard[1]:03d}"

    def listing(self, shard: Shard, ending: str) -> list[pafs.FileInfo]:
        """A partition's files with an ending, in any order."""
        folder = pafs.FileSelector(self.folder(shard), allow_not_found=True)
        found = settled(lambda: self.fs.get_file_info(folder))
        return [info for info in found if info.is_file and info.path.endswith(ending)]

    def in_order(self, shard: Shard) -> list[LogFile]:
        """A partition's files in the order of their offsets; if several start equally, the longest first."""
        found = []
        for info in self.listing(shard, ".parquet"):
            first, _, end = PurePosixPath(info.path).stem.partition("-")
            found.append(LogFile(int(first), int(end), info.path, info.size))
        return sorted(found, key=lambda file: (file.first, -file.end))

    def in_order_beside_a_writer(self, shard: Shard) -> list[LogFile]:
        """The same for a reader in another process: listed again until no file has gone in the meantime.

        While a merge runs, one listing may have neither the joined file, which appeared where it had already looked,
        nor the parts, which went before it reached them. The listing before has those parts: one that only adds is
        complete.
        """
        found = self.in_order(shard)
        for _ in range(LISTED_AGAIN):
            before, found = found, self.in_order(shard)
            if set(before) <= set(found):
                break
        return found

    def read(self, path: str) -> pa.Table:
        with _named_when_corrupt(path), self.fs.open_input_file(path) as source:
            return pq.ParquetFile(source).read()  # read_table takes twice as long for a small file

    def row_count(self, file: LogFile) -> int:
        """From the footer, read once: a file never changes."""
        if (count := self._row_counts.get(file.path)) is None:
            with _named_when_corrupt(file.path):
                count = pq.read_metadata(file.path, filesystem=self.fs).num_rows
            self._row_counts[file.path] = count
        return count

    def write(self, shard: Shard, first: int, end: int, table: pa.Table) -> str:
        """Write the rows of offsets [first, end); returns the path."""
        path = self.path(shard, first, end)
        self.put(path, table)
        return path

    def path(self, shard: Shard, first: int, end: int) -> str:
        """Where the rows of offsets [first, end) are."""
        return f"{self.folder(shard)}/{first:020d}-{end:020d}.parquet"

    def put(self, path: str, table: pa.Table) -> None:
        """Write a file that appears whole or not at all: under another name first, then renamed."""
        self.show(self.hidden(path, table), path)

    def hidden(self, path: str, table: pa.Table) -> str:
        """Write a file under another name in the same folder, which no reader lists; returns that name."""
        folder = path.rpartition("/")[0]
        self.fs.create_dir(folder, recursive=True)
        part = f"{folder}/.{uuid4().hex}.part"
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd")
        with self.fs.open_output_stream(part) as sink:
            sink.write(buffer.getbuffer())
        return part

    def show(self, part: str, path: str) -> None:
        """Give a hidden file its name."""
        self._row_counts.pop(path, None)
        self.fs.move(part, path)

    def delete(self, path: str) -> None:
        self.fs.delete_file(path)

    def tables(self, files: Sequence[LogFile]) -> Iterator[pa.Table]:
        """The rows of sorted files in offset order, each offset once, however the files overlap."""
        read_to = 0
        for file in files:
            if file.end <= read_to:
                continue
            table = self.read(file.path)
            yield table.filter(pc.greater_equal(table["offset"], read_to)) if file.first < read_to else table
            read_to = file.end


@contextmanager
def _named_when_corrupt(path: str) -> Iterator[None]:
    """Arrow does not say which file it does not understand."""
    try:
        yield
    except pa.ArrowInvalid as error:
        raise pa.ArrowInvalid(f"{path}: {error}") from error


def end_of(files: Sequence[LogFile]) -> int:
    """Where sorted files first leave a gap, from offset 0 on."""
    end = 0
    for file in files:
        if file.first > end:
            break
        end = max(end, file.end)
    return end


def settled(read: Callable[[], T]) -> T:
    """Read again when a file that was listed is gone: it was merged into another one in the meantime.

    Raises:
        FileNotFoundError: files kept vanishing.
    """
    for _ in range(LISTED_AGAIN):
        try:
            return read()
        except FileNotFoundError:
            continue
    return read()
