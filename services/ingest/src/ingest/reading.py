"""Reads a whole MovieLens directory: all rows validated, rejects written down, nothing sent.

The first record leaves when everything is known, so that a directory that is not MovieLens changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest import rows, table
from ingest.catalog_import import read_movies
from ingest.layouts import BOM, Layout, RatingsFile
from ingest.rejects import Reason, Reject, Rejects, as_text
from ingest.table import Part, Table
from marquee.arrays import IntArray
from marquee.contracts.events import MovieListed
from marquee.errors import Misconfigured

BLOCK_BYTES = 1 << 21

OnRows = Callable[[int, int], None]
"""Called after each block with the rows read so far and the share of the file in thousandths."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """What is loaded. ratings: grouped by user, each user and movie once."""

    movies: list[MovieListed]
    ratings: Table
    rows_read: int
    users: int


def _no_progress(rows_read: int, permille: int) -> None:
    pass


def read_data_set(layout: Layout, rejects: Rejects, *, now_s: int, on_rows: OnRows = _no_progress) -> DataSet:
    """Read and validate everything.

    Raises:
        Misconfigured: more than half of the movies or of the ratings are unusable, or there are none.
    """
    movies, unusable = read_movies(layout, rejects)
    _require_usable(layout.movies, len(movies), len(movies) + unusable)
    known = np.array([movie.movie_id for movie in movies], np.int64)
    ratings, rows_read = read_ratings(layout.ratings, known, rejects, now_s=now_s, on_rows=on_rows)
    if not rows_read:
        raise Misconfigured(f"{layout.ratings.path} has no rows")
    users = int(np.count_nonzero(ratings.user[1:] != ratings.user[:-1])) + 1
    return DataSet(movies, ratings, rows_read, users)


def read_ratings(
    file: RatingsFile, known: IntArray, rejects: Rejects, *, now_s: int, on_rows: OnRows = _no_progress
) -> tuple[Table, int]:
    """The usable ratings of one file, grouped by user, each user and movie once; and how many rows the file has.

    Args:
        known: ids of the movies that can be rated, ascending.
    Raises:
        Misconfigured: more than half of the rows are unusable.
    """
    before = rejects.total
    parts, rows_read = _read_parts(file, known, rejects, now_s, on_rows)
    if rows_read:
        _require_usable(file.path, rows_read - (rejects.total - before), rows_read)
    ratings = table.by_user(parts)
    parts.clear()
    if (older := table.repeated(ratings)).any():
        positions = np.sort(ratings.row[older].astype(np.int64))
        rejects.add(file.path, _replaced(file, positions, known, now_s))
        ratings = ratings.take(~older)
    np.minimum(ratings.rated_at_s, np.uint32(now_s), out=ratings.rated_at_s)  # or no later rating could correct them
    return ratings, rows_read


def blocks(file: RatingsFile, size: int = BLOCK_BYTES) -> Iterator[tuple[int, bytes]]:
    """Whole lines with the number of the first one; the header and a byte order mark are left out."""
    with file.path.open("rb") as source:
        number = 1
        if file.has_header:
            source.readline()
            number = 2
        while block := source.read(size):
            block += source.readline()
            yield number, block.removeprefix(BOM) if number == 1 else block
            number += block.count(b"\n")


def _read_parts(
    file: RatingsFile, known: IntArray, rejects: Rejects, now_s: int, on_rows: OnRows
) -> tuple[list[Part], int]:
    parts: list[Part] = []
    rows_read = bytes_read = 0
    size = max(1, file.path.stat().st_size)
    for number, block in blocks(file):
        good, bad = _usable(file, number, block, known, now_s)
        parts += [Part.of(found) for found in good]
        rejects.add(file.path, bad)
        rows_read += block.count(b"\n") + (not block.endswith(b"\n"))
        bytes_read += len(block)
        on_rows(rows_read, 1_000 * bytes_read // size)
    return parts, rows_read


def _usable(
    file: RatingsFile, number: int, block: bytes, known: IntArray, now_s: int
) -> tuple[list[rows.Rows], list[Reject]]:
    parsed, rejects = rows.parse(block, number, file)
    usable = []
    for found in parsed:
        verdict = rows.reasons(found, known, now_s=now_s)
        if not verdict.any():
            usable.append(found)
            continue
        lines = block.split(b"\n")
        for at in np.flatnonzero(verdict).tolist():
            line = int(found.line[at])
            rejects.append(Reject(line, rows.REASONS[verdict[at] - 1], as_text(lines[line - number])))
        usable.append(found.take(verdict == 0))
    return [found for found in usable if len(found.line)], sorted(rejects, key=lambda reject: reject.line)


def _replaced(file: RatingsFile, positions: IntArray, known: IntArray, now_s: int) -> list[Reject]:
    """Read the file once more for the lines of repeated ratings, given by their place among the usable rows."""
    rejects: list[Reject] = []
    first = 0
    for number, block in blocks(file):
        good, _ = _usable(file, number, block, known, now_s)
        count = sum(len(found.line) for found in good)
        wanted = positions[np.searchsorted(positions, first) : np.searchsorted(positions, first + count)] - first
        if len(wanted):
            lines = block.split(b"\n")
            numbers = np.concatenate([found.line for found in good])[wanted].tolist()
            rejects += [Reject(line, Reason.DUPLICATE, as_text(lines[line - number])) for line in numbers]
        first += count
    return rejects


def _require_usable(path: Path, usable: int, total: int) -> None:
    if not total:
        raise Misconfigured(f"{path} has no rows")
    if usable * 2 < total:
        raise Misconfigured(f"{path} is not a MovieLens file: {total - usable:,} of {total:,} rows are unusable")
