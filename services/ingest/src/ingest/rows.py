"""Blocks of rating rows: bytes in, columns and rejects out. Pure; the file belongs to the caller.

A clean block is parsed by pyarrow at native speed. A block that pyarrow refuses is split until the bad lines stand
nearly alone, and those are read one by one, so that each gets its reason and its own line number.
"""

import csv
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingest.layouts import RatingsFile
from ingest.rejects import Reason, Reject, as_text
from marquee.events import MAX_ID
from marquee.ids import BoolArray, FloatArray, IntArray

SMALL_BLOCK = 8_192  # bytes; below this a refused block is read line by line
EARLIEST_S = 631_152_000  # 1990-01-01: before MovieLens, before the web
DAY_S = 86_400

_INTEGER = re.compile(r"\s*(-?\d{1,18})(?:\.0*)?\s*")
_DECIMAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_TYPES = {"user": pa.int64(), "movie": pa.int64(), "rating": pa.float64(), "timestamp": pa.int64()}


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of rows whose fields are numbers; line is 1-based in the file."""

    line: IntArray
    user: IntArray
    movie: IntArray
    rating: FloatArray
    timestamp: IntArray

    def take(self, selection: BoolArray) -> "Rows":
        return Rows(*(getattr(self, name)[selection] for name in self.__slots__))


def parse(block: bytes, first_line: int, file: RatingsFile) -> tuple[list[Rows], list[Reject]]:
    """Read whole lines. Rows that are not four numbers are rejects.

    Args:
        block: complete lines, LF or CRLF; only the file's last line may lack its end.
        first_line: the 1-based number of the block's first line.
    """
    if not block:
        return [], []
    if (rows := _parse_columns(block, first_line, file)) is not None:
        return [rows], []
    if len(block) <= SMALL_BLOCK:
        return _parse_lines(block, first_line, file)
    found: list[Rows] = []
    rejects: list[Reject] = []
    step = len(block) // 8 + 1
    start = 0
    while start < len(block):
        end = block.find(b"\n", min(start + step, len(block)) - 1) + 1 or len(block)
        part = block[start:end]
        part_rows, part_rejects = (
            parse(part, first_line, file) if part != block else _parse_lines(part, first_line, file)
        )
        found += part_rows
        rejects += part_rejects
        first_line += part.count(b"\n")
        start = end
    return found, rejects


def _parse_columns(block: bytes, first_line: int, file: RatingsFile) -> Rows | None:
    """The fast path; None when anything is unusual."""
    if b"x" in block:  # pyarrow reads 0x1F as a number
        return None
    separator = file.separator
    if len(separator) > 1:
        block, separator = block.replace(separator.encode(), b"\t"), "\t"
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    try:
        table = arrow_csv.read_csv(
            pa.py_buffer(block),
            read_options=arrow_csv.ReadOptions(
                column_names=list(file.columns), block_size=len(block) + 1, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=separator, quote_char='"' if file.has_header else False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=_TYPES, include_columns=list(_TYPES), null_values=[], strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != lines:  # a lone CR, or a line end inside quotes
        return None
    columns: dict[str, Any] = {name: _as_numpy(table.column(name)) for name in _TYPES}
    if not np.isfinite(columns["rating"]).all():  # "nan" and "inf" are numbers to pyarrow
        return None
    return Rows(line=np.arange(first_line, first_line + lines), **columns)


def _as_numpy(column: pa.ChunkedArray) -> Any:
    """A column of 8-byte numbers without nulls. to_numpy() would import pandas for it, which costs 60 MB."""
    chunks = [
        np.frombuffer(chunk.buffers()[1], chunk.type.to_pandas_dtype())[chunk.offset :] for chunk in column.chunks
    ]
    parts = [values[: len(chunk)] for values, chunk in zip(chunks, column.chunks, strict=True)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _parse_lines(block: bytes, first_line: int, file: RatingsFile) -> tuple[list[Rows], list[Reject]]:
    """The careful path."""
    good: list[tuple[int, int, int, float, int]] = []
    rejects = []
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for number, raw in enumerate(lines, first_line):
        parsed = _parse_line(raw.rstrip(b"\r"), file)
        if isinstance(parsed, Reason):
            rejects.append(Reject(number, parsed, as_text(raw)))
        else:
            good.append((number, *parsed))
    if not good:
        return [], rejects
    line, user, movie, rating, timestamp = zip(*good, strict=True)
    rows = Rows(
        np.array(line, np.int64),
        np.array(user, np.int64),
        np.array(movie, np.int64),
        np.array(rating, np.float64),
        np.array(timestamp, np.int64),
    )
    return [rows], rejects


def _parse_line(raw: bytes, file: RatingsFile) -> tuple[int, int, float, int] | Reason:
    try:
        text = raw.decode(file.encoding)
    except UnicodeDecodeError:
        return Reason.NOT_UTF8
    try:
        fields = next(csv.reader([text]), []) if '"' in text else text.split(file.separator)
    except csv.Error:  # a field of more than 128 KiB
        return Reason.WRONG_COLUMN_COUNT
    if len(fields) != len(file.columns):
        return Reason.WRONG_COLUMN_COUNT
    by_name = dict(zip(file.columns, fields, strict=True))
    numbers = [_INTEGER.fullmatch(by_name[name]) for name in ("user", "movie", "timestamp")]
    if not all(numbers) or not _DECIMAL.fullmatch(by_name["rating"]):
        return Reason.NOT_A_NUMBER
    user, movie, timestamp = (int(found[1]) for found in numbers if found)
    return user, movie, float(by_name["rating"]), timestamp


def reasons(rows: Rows, known_movies: IntArray, *, now_s: int) -> IntArray:
    """Why each row cannot be used: 0 for a usable one, else 1 + the place in REASONS.

    Args:
        known_movies: ascending.
        now_s: timestamps more than a day after it are refused.
    """
    halves = rows.rating * 2
    at = np.minimum(np.searchsorted(known_movies, rows.movie), len(known_movies) - 1)
    verdict = np.zeros(len(rows.line), np.int64)
    # the last one written wins, so the most basic fault comes last
    verdict[known_movies[at] != rows.movie] = 1 + REASONS.index(Reason.UNKNOWN_MOVIE)
    verdict[(rows.timestamp < EARLIEST_S) | (rows.timestamp > now_s + DAY_S)] = 1 + REASONS.index(Reason.BAD_TIMESTAMP)
    half_star = (halves >= 1) & (halves <= 10) & (halves == np.floor(halves))
    verdict[~half_star] = 1 + REASONS.index(Reason.BAD_RATING)
    bad_id = (rows.user < 1) | (rows.movie < 1) | (rows.user > MAX_ID) | (rows.movie > MAX_ID)
    verdict[bad_id] = 1 + REASONS.index(Reason.BAD_ID)
    return verdict


REASONS = (Reason.UNKNOWN_MOVIE, Reason.BAD_TIMESTAMP, Reason.BAD_RATING, Reason.BAD_ID)
