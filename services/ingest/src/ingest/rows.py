"""Blocks of rating rows: bytes in, columns and rejects out. Pure; the file belongs to the caller.

pandas reads a block that holds nothing but plain numbers. From any other block the lines that do not look like four
plain numbers are taken out and read one by one, so that each gets its reason and its own line number.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import compress

import numpy as np

from ingest.layouts import RatingsFile
from ingest.live_events import EARLIEST, MAX_AHEAD
from ingest.rejects import Reason, Reject, as_text
from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import MAX_ID

EARLIEST_S = int(EARLIEST.timestamp())
MAX_AHEAD_S = int(MAX_AHEAD.total_seconds())

_INTEGER = re.compile(r"\s*(-?\d{1,18})(?:\.0*)?\s*")
_DECIMAL = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*")
_LONG_FRACTION = re.compile(rb"\.\d0*[1-9]")
_FOUR = ["user", "movie", "rating", "timestamp"]


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
    if _is_plain(block, len(numbers), file) and (rows := _read_numbers(block, numbers, file)) is not None:
        return [rows], []
    lines = block.split(b"\n")[: len(numbers)]
    pattern = _plain_line(file)
    is_plain = [pattern.fullmatch(line) is not None for line in lines]
    plain = np.array(is_plain, bool)
    rows = _read_numbers(b"".join(line + b"\n" for line in compress(lines, is_plain)), numbers[plain], file)
    if rows is None:  # no line is plain, or a column that is not read is not UTF-8
        return _parse_lines(zip(numbers.tolist(), lines, strict=True), file)
    others = ((number, lines[number - first_line]) for number in numbers[~plain].tolist())
    good, rejects = _parse_lines(others, file)
    return [_in_line_order(rows, *good)], rejects


def _in_line_order(*parts: Rows) -> Rows:
    """Join parts in the file's order: if several ratings are equally new, the last line counts."""
    if len(parts) == 1:
        return parts[0]
    columns = {name: np.concatenate([getattr(part, name) for part in parts]) for name in Rows.__slots__}
    order = np.argsort(columns["line"], kind="stable")
    return Rows(**{name: column[order] for name, column in columns.items()})


def _is_plain(block: bytes, n_lines: int, file: RatingsFile) -> bool:
    """Whether pandas reads a block as the careful path would: digits, points, separators and line ends alone.

    pandas also takes 1e3, +1 and 0x1F, overlooks a fifth column, and rounds long fractions a little differently.
    """
    separator = file.separator.encode()
    return (
        len(file.columns) == len(_FOUR)
        and not block.translate(None, b"0123456789.\r\n" + separator)
        and block.count(separator) == (len(_FOUR) - 1) * n_lines
        and not _LONG_FRACTION.search(block)
    )


@cache
def _plain_line(file: RatingsFile) -> re.Pattern[bytes]:
    """What a line of four unremarkable numbers looks like, with quotes around them or without: pandas reads it."""
    separator = re.escape(file.separator)
    whole, rating, other = r"\d{1,18}", r"\d(?:\.\d?0*)?", f'[^"\r{separator}]*'
    of = {"user": whole, "movie": whole, "rating": rating, "timestamp": whole}
    fields = (of.get(name, other) for name in file.columns)
    if file.has_header:
        fields = (f'(?:{field}|"{field}")' for field in fields)
    return re.compile((separator.join(fields) + r"\r?").encode())


def _read_numbers(block: bytes, numbers: IntArray, file: RatingsFile) -> Rows | None:
    """The fast path; None when a field is not a number or a line is not one row."""
    import pandas as pd  # 0.4 s and 30 MB, which a service that loads nothing need not pay

    separator = file.separator
    if len(separator) > 1:
        block, separator = block.replace(separator.encode(), b"\t"), "\t"
    try:
        table = pd.read_csv(
            BytesIO(block),
            sep=separator,
            header=None,
            names=list(file.columns),
            usecols=_FOUR,
            dtype={"rating": "float64"},  # for whole numbers a type would let 5.0 through, and lose digits of long ones
            na_filter=False,
            skip_blank_lines=False,
            low_memory=False,
            quoting=csv.QUOTE_MINIMAL if file.has_header else csv.QUOTE_NONE,
            encoding=file.encoding,
        )
    except ValueError:
        return None
    columns = {name: table[name].to_numpy() for name in _FOUR}
    is_whole = all(columns[name].dtype == np.int64 for name in ("user", "movie", "timestamp"))
    if not is_whole or len(table) != len(numbers):  # a lone CR ends a line for pandas
        return None
    return Rows(numbers, **columns)


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
    out_of_time = (rows.timestamp < EARLIEST_S) | (rows.timestamp > now_s + MAX_AHEAD_S)
    verdict[out_of_time] = 1 + REASONS.index(Reason.BAD_TIMESTAMP)
    half_star = (halves >= 1) & (halves <= 10) & (halves == np.floor(halves))
    verdict[~half_star] = 1 + REASONS.index(Reason.BAD_RATING)
    bad_id = (rows.user < 1) | (rows.movie < 1) | (rows.user >= VISITOR_ID) | (rows.movie > MAX_ID)
    verdict[bad_id] = 1 + REASONS.index(Reason.BAD_ID)
    return verdict


REASONS = (Reason.UNKNOWN_MOVIE, Reason.BAD_TIMESTAMP, Reason.BAD_RATING, Reason.BAD_ID)
