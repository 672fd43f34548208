"""The files of backtest and rolls: MovieLens's read by ingest's rules, TMDB's by the enricher's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ingest.layouts import csv_layout, csv_ratings
from ingest.reading import read_data_set, read_ratings
from ingest.rejects import Rejects
from marquee.arrays import IntArray
from marquee.errors import Misconfigured
from marquee.readers.tmdb_file import TmdbFile
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import Ratings


@dataclass(frozen=True, slots=True)
class OfflineData:
    """What a model is trained on and ranks for; ratings and history are in the order of their files."""

    ratings: Ratings
    movies: MovieTable
    history: Ratings


def read_offline_data(
    ratings: Path,
    movies: Path,
    *,
    links: Path | None = None,
    tmdb: Path | None = None,
    history: Path | None = None,
    say: Callable[[str], None],
) -> OfflineData:
    """Read all of it; unusable rows are left out, counted, and reported through `say`.

    Raises:
        Misconfigured: a file is missing or is not what it should be, or a TMDB snapshot is given without links.
    """
    if tmdb is not None and links is None:
        raise Misconfigured("--tmdb needs --links too: only links.csv tells which TMDB id a movie has")
    now_s = int(time.time())
    rejects = Rejects(None)
    try:
        data = read_data_set(csv_layout(ratings, movies, links), rejects, now_s=now_s)
        known = np.array([movie.movie_id for movie in data.movies], np.int64)
        later = read_ratings(csv_ratings(history), known, rejects, now_s=now_s)[0].in_order_read() if history else None
        snapshot = TmdbFile.read(tmdb) if tmdb else None
    except OSError as error:
        raise Misconfigured(f"{error.filename}: {error.strerror}") from error
    if rejects.total:
        say(f"{rejects.total} rows are unusable and left out: {_listed(rejects.by_reason())}")
    enriched = [snapshot.answer(movie) for movie in data.movies] if snapshot else []
    return OfflineData(data.ratings.in_order_read(), MovieTable.build(data.movies, enriched), later or Ratings.empty())


def read_ids(path: Path) -> IntArray:
    """One id per line, each id once; a header that is not a number, blank lines and further columns are skipped.

    Raises:
        Misconfigured: no such file, or a line that does not begin with an id.
    """
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


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())
