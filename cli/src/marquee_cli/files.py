"""CSV files of the MovieLens shape as ratings and a catalogue; errors name the file and the column."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from marquee.arrays import IntArray
from marquee.contracts.events import MetadataStatus, MovieEnriched
from marquee.errors import Misconfigured
from marquee.readers.movielens import movie_of_csv
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings

RATING_COLUMNS = ("userId", "movieId", "rating", "timestamp")
MOVIE_COLUMNS = ("movieId", "title", "genres")


def read_ratings(path: Path) -> Ratings:
    """ratings.csv: seconds become milliseconds.

    Raises:
        Misconfigured: no such file, a column is missing, or a value is not a number.
    """
    table = _table(path, RATING_COLUMNS, dtype={"userId": "int64", "movieId": "int64", "rating": "float32"})
    return Ratings(
        table["userId"].to_numpy(np.int64),
        table["movieId"].to_numpy(np.int64),
        table["rating"].to_numpy(np.float32),
        (table["timestamp"].to_numpy(np.float64) * 1000).astype(np.int64),
    )


def read_catalog(movies: Path, links: Path | None = None, tmdb: Path | None = None) -> MovieTable:
    """movies.csv, and what a TMDB snapshot adds by way of links.csv.

    Raises:
        Misconfigured: as for ratings; or a TMDB snapshot without links.
    """
    if tmdb is not None and links is None:
        raise Misconfigured("--tmdb needs --links too: only links.csv tells which TMDB id a movie has")
    table = _table(movies, MOVIE_COLUMNS, dtype={"movieId": "int64", "title": "str", "genres": "str"})
    listed = [
        movie_of_csv((str(movie_id), str(title).strip() or f"Movie {movie_id}", str(genres)))
        for movie_id, title, genres in zip(
            table["movieId"], table["title"].fillna(""), table["genres"].fillna(""), strict=True
        )
    ]
    enriched = _enriched(links, tmdb) if links is not None and tmdb is not None else []
    return MovieTable.build(listed, enriched)


def read_ids(path: Path) -> IntArray:
    """One id a line; a header line that is no number, blank lines and further columns are skipped."""
    if not path.is_file():
        raise Misconfigured(f"{path}: no such file")
    fields = [line.split(",")[0].strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    ids = [field for field in fields if field]
    if ids and not ids[0].lstrip("-").isdigit():
        ids = ids[1:]
    wrong = next((field for field in ids if not field.lstrip("-").isdigit()), None)
    if wrong is not None:
        raise Misconfigured(f"{path}: {wrong!r} is not an id")
    return np.array(list(dict.fromkeys(int(field) for field in ids)), np.int64)


def _table(path: Path, columns: Sequence[str], dtype: dict[str, str]) -> pd.DataFrame:
    if not path.is_file():
        raise Misconfigured(f"{path}: no such file")
    try:
        header = pd.read_csv(path, nrows=0, encoding="utf-8-sig").columns
        missing = [name for name in columns if name not in header]
        if missing:
            raise Misconfigured(f"{path}: column {', '.join(missing)} is missing; found {', '.join(header)}")
        return pd.read_csv(path, usecols=list(columns), dtype=dtype, encoding="utf-8-sig")
    except (ValueError, pd.errors.ParserError) as error:
        raise Misconfigured(f"{path}: {error}") from error


def _enriched(links: Path, tmdb: Path) -> list[MovieEnriched]:
    known = _table(links, ("movieId", "tmdbId"), dtype={"movieId": "int64", "tmdbId": "float64"}).dropna()
    facts = pd.read_csv(tmdb, encoding="utf-8-sig") if tmdb.is_file() else None
    if facts is None:
        raise Misconfigured(f"{tmdb}: no such file")
    if "tmdb_id" not in facts.columns:
        raise Misconfigured(f"{tmdb}: column tmdb_id is missing")
    joined = known.assign(tmdb_id=known["tmdbId"].astype("int64")).merge(facts, on="tmdb_id")
    fetched_at = datetime.fromtimestamp(0, UTC)
    return [
        MovieEnriched(
            movie_id=int(row["movieId"]),
            status=MetadataStatus.FOUND,
            tmdb_id=int(row["tmdb_id"]),
            genres=_names(row.get("genres")),
            release_year=_number(str(row.get("release_date", ""))[:4]),
            runtime_min=_number(row.get("runtime")),
            directors=_names(row.get("director")),
            keywords=_names(row.get("keywords")),
            cast=_names(row.get("cast")),
            fetched_at=fetched_at,
        )
        for row in joined.to_dict("records")
    ]


def _names(value: object) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split("|") if name.strip()) if isinstance(value, str) else ()


def _number(value: object) -> int | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return int(number) if np.isfinite(number) and number > 0 else None
