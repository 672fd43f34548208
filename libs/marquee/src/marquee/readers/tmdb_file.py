"""TMDB metadata from a CSV file, joined by TMDB id: for the enricher, and for the backtest without a network."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Self

from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.errors import Misconfigured

REQUIRED = ("tmdb_id", "title")
MAX_KEYWORDS = 40
_POSTER = re.compile(r"/[\w.-]{1,100}")

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TmdbFile:
    """All rows of one file.

    Attributes:
        taken_at: the file's time, the same at every start, so that the same movie gives the same event.
        digest: of the content; another file has another one.
        unusable: rows without a usable tmdb_id.
    """

    rows: Mapping[int, Row]
    taken_at: datetime
    digest: str  # of the file's content
    unusable: int = 0

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a whole file; of a repeated id the first row stays.

        Raises:
            Misconfigured: it cannot be read, or its header lacks tmdb_id or title.
        """
        rows: dict[int, Row] = {}
        unusable = 0
        try:
            with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
                reader = csv.DictReader(file)
                if not set(REQUIRED) <= set(reader.fieldnames or ()):
                    raise Misconfigured(f"{path} is not a TMDB snapshot: its first line must name tmdb_id and title")
                for row in reader:
                    if (tmdb_id := _positive(row["tmdb_id"])) is None:
                        unusable += 1
                    else:
                        rows.setdefault(tmdb_id, row)
            taken_at = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
            digest = blake2b(path.read_bytes(), digest_size=6).hexdigest()
        except OSError as error:
            raise Misconfigured(f"cannot read the TMDB snapshot {path}: {error.strerror}") from error
        except csv.Error as error:  # a field of more than 128 KiB
            raise Misconfigured(f"cannot read the TMDB snapshot {path}: {error}") from error
        return cls(rows, taken_at, digest, unusable)

    def answer(self, movie: MovieListed) -> MovieEnriched:
        """What the snapshot says of a movie; not_found where it has no row. Fields that cannot be read are left out."""
        row = self.rows.get(movie.tmdb_id) if movie.tmdb_id else None
        if row is None:
            return MovieEnriched(
                movie_id=movie.movie_id,
                tmdb_id=movie.tmdb_id,
                status=MetadataStatus.NOT_FOUND,
                fetched_at=self.taken_at,
            )
        return MovieEnriched(
            movie_id=movie.movie_id,
            status=MetadataStatus.FOUND,
            tmdb_id=movie.tmdb_id,
            title=_text(row, "title"),
            original_title=_text(row, "original_title"),
            original_language=_text(row, "original_language"),
            genres=_names(row, "genres"),
            release_year=release_year(_text(row, "release_date")),
            runtime_min=_positive(row.get("runtime")),
            popularity=number(row.get("popularity")),
            vote_average=number(row.get("vote_average")),
            vote_count=_count(row.get("vote_count")),
            overview=_text(row, "overview"),
            poster_path=poster_path(_text(row, "poster_path")),
            directors=_names(row, "director"),
            cast=_names(row, "cast"),
            keywords=_names(row, "keywords")[:MAX_KEYWORDS],
            fetched_at=self.taken_at,
        )


def number(value: object) -> float | None:
    """A finite number >= 0, also when it is written as text; else None."""
    try:
        found = float(value)  # type: ignore[arg-type]  # whatever is not a number raises
    except (TypeError, ValueError):
        return None
    return found if 0 <= found < float("inf") else None


def release_year(date: object) -> int | None:
    """ "1999-10-15" -> 1999; anything else -> None."""
    found = re.match(r"(\d{4})-\d\d-\d\d$", date) if isinstance(date, str) else None
    return int(found[1]) if found else None


def poster_path(path: object) -> str | None:
    """A path that may stand behind an image base URL; anything else -> None."""
    return path if isinstance(path, str) and _POSTER.fullmatch(path) else None


def distinct(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in names if name.strip()))


def _text(row: Row, column: str) -> str | None:
    return (row.get(column) or "").strip() or None


def _names(row: Row, column: str) -> tuple[str, ...]:
    return distinct((row.get(column) or "").split("|"))


def _count(value: object) -> int | None:
    found = number(value)
    return None if found is None else int(found)


def _positive(value: object) -> int | None:
    return _count(value) or None
