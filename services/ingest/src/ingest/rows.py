"""Blocks of rating rows: bytes in, columns and rejects out. Pure; the file belongs to the caller.

A clean block is parsed by pyarrow at native speed. From a block that pyarrow refuses the lines that do not look like
four plain numbers are taken out and read one by one, so that each gets its reason and its own line number.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import compress
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ingest.layouts import RatingsFile
from ingest.rejects import Reason, Reject, as_text
from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import MAX_ID

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
    numbers = np.arange(first_line, first_line + block.count(b"\n") + (not block.endswith(b"\n")))
    if (rows := _parse_columns(block, numbers, file)) is not None:
        return [rows], []
    lines = block.split(b"\n")[: len(numbers)]
    pattern = _plain_line(file)
    is_plain = [pattern.fullmatch(line) is not None for line in lines]
    plain = np.array(is_plain, bool)
    rows = _parse_columns(b"".join(line + b"\n" for line in compress(lines, is_plain)), numbers[plain], file)
    if rows is None:  # cannot be, as far as we know; slow, and right
        return _parse_lines(zip(numbers.tolist(), lines, strict=True), file)
    others = ((number, lines[number - first_line]) for number in numbers[~plain].tolist())
    good, rejects = _parse_lines(others, file)
    return [_in_line_order(rows, *good)], rejects


def _in_line_order(*parts: Rows) -> Rows:
    """Of equally new ratings the last line counts, so the order has to be the file's."""
    if len(parts) == 1:
        return parts[0]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__slots__}
    order = np.argsort(columns["line"], kind="stable")
    return Rows(**{name: column[order] for name, column in columns.items()})


@cache
def _plain_line(file: RatingsFile) -> re.Pattern[bytes]:
    """What a line of four unremarkable numbers looks like: pyarrow reads it for certain."""
    separator = re.escape(file.separator)
    of = {"user": r"\d{1,18}", "movie": r"\d{1,18}", "rating": r"\d(?:\.\d)?", "timestamp": r"\d{1,18}"}
    other = f'[^"\r{separator}]*'
    return re.compile((separator.join(of.get(name, other) for name in file.columns) + r"\r?").encode())


def _parse_columns(block: bytes, numbers: IntArray, file: RatingsFile) -> Rows | None:
    """The fast path; None when anything is unusual."""
    if b"x" in block:  # pyarrow reads 0x1F as a number
        return None
    separator = file.separator
    if len(separator) > 1:
        block, separator = block.replace(separator.encode(), b"\t"), "\t"
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
    if table.num_rows != len(numbers):  # a lone CR, or a line end inside quotes
        return None
    columns: dict[str, Any] = {name: _as_numpy(table.column(name)) for name in _TYPES}
    if not np.isfinite(columns["rating"]).all():  # "nan" and "inf" are numbers to pyarrow
        return None
    return Rows(line=numbers, **columns)


def _as_numpy(column: pa.ChunkedArray) -> Any:
    """A column of 8-byte numbers without nulls. to_numpy() would import pandas for it, which costs 60 MB."""
    chunks = [
        np.frombuffer(chunk.buffers()[1], chunk.type.to_pandas_dtype())[chunk.offset :] for chunk in column.chunks
    ]
    parts = [values[: len(chunk)] for values, chunk in zip(chunks, column.chunks, strict=True)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _parse_lines(lines: Iterable[tuple[int, bytes]], file: RatingsFile) -> tuple[list[Rows], list[Reject]]:
    """The careful path, line by line."""
    good: list[tuple[int, int, int, float, int]] = []
    rejects = []
    for number, raw in lines:
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
    bad_id = (rows.user < 1) | (rows.movie < 1) | (rows.user >= VISITOR_ID) | (rows.movie > MAX_ID)
    verdict[bad_id] = 1 + REASONS.index(Reason.BAD_ID)
    return verdict


REASONS = (Reason.UNKNOWN_MOVIE, Reason.BAD_TIMESTAMP, Reason.BAD_RATING, Reason.BAD_ID)
