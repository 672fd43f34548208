"""Rows that cannot be used: why, counted, and written down with file and line."""

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO


class Reason(StrEnum):
    """Why a row was put aside; a closed list, it is the key of every count."""

    WRONG_COLUMN_COUNT = "wrong_column_count"
    NOT_UTF8 = "not_utf8"
    NOT_A_NUMBER = "not_a_number"
    BAD_ID = "bad_id"  # zero, negative or too large
    BAD_RATING = "bad_rating"  # not a half star from 0.5 to 5
    BAD_TIMESTAMP = "bad_timestamp"  # before 1990 or more than a day ahead
    UNKNOWN_MOVIE = "unknown_movie"
    DUPLICATE = "duplicate"  # an older rating of the same user and movie, or a movie id listed before
    BAD_MOVIE = "bad_movie"  # no title, or an id that is not one
    BAD_LINK = "bad_link"


@dataclass(frozen=True, slots=True)
class Reject:
    line: int  # 1-based, the header counts
    reason: Reason
    raw: str


@dataclass(slots=True)
class Rejects:
    """Counts rejects and appends them to a CSV file, which is created with the first one; no path: counts only."""

    path: Path | None
    counts: Counter[Reason] = field(default_factory=Counter)
    _file: TextIO | None = None

    def add(self, source: Path, rejects: Iterable[Reject]) -> None:
        rows = [(source.name, reject.line, reject.reason.value, reject.raw) for reject in rejects]
        if not rows:
            return
        self.counts.update(Reason(reason) for _, _, reason, _ in rows)
        if self.path is None:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", newline="", encoding="utf-8")
            csv.writer(self._file).writerow(("file", "line", "reason", "raw"))
        csv.writer(self._file).writerows(rows)

    @property
    def total(self) -> int:
        return self.counts.total()

    def by_reason(self) -> dict[str, int]:
        return {reason.value: count for reason, count in sorted(self.counts.items())}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()


def as_text(raw: bytes) -> str:
    """Any bytes as readable text: what is not UTF-8 is shown as backslash escapes."""
    return raw.rstrip(b"\r\n").decode("utf-8", "backslashreplace")
