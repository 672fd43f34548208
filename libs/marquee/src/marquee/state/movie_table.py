"""Every movie the system knows, as columns: what MovieLens lists, filled up with what TMDB adds. No ratings here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import BoolArray, Float32Array, IntArray
from marquee.contracts.events import NOT_GENRES, MetadataStatus, MovieEnriched, MovieListed

RowArray = NDArray[np.intp]
Names = tuple[str, ...]
D = TypeVar("D", bound="np.generic[Any]")
V = TypeVar("V")

TMDB_GENRES = {"Science Fiction": "Sci-Fi", "Family": "Children", "Music": "Musical", "TV Movie": ""}
"""TMDB's genre names as MovieLens writes them, for the movies to which MovieLens gives no genre."""


@dataclass(frozen=True, slots=True)
class MovieTable:
    """One row per movie, by ascending movie id but for movies that were added later.

    Attributes:
        movie_id: (n,) int64, distinct.
        titles: (n,) without the year.
        year: (n,) float32, NaN where unknown.
        genre_names: (G,) sorted. genres: (n, G) bool.
        directors, keywords, cast: (n,) names of each movie, empty where unknown.
        runtime_min: (n,) float32, NaN where unknown.
        vote_average, vote_count, tmdb_popularity: (n,) float32, NaN where unknown; no default feature reads them.
    """

    movie_id: IntArray
    titles: Names
    year: Float32Array
    genre_names: Names
    genres: BoolArray
    directors: tuple[Names, ...]
    keywords: tuple[Names, ...]
    cast: tuple[Names, ...]
    runtime_min: Float32Array
    vote_average: Float32Array
    vote_count: Float32Array
    tmdb_popularity: Float32Array
    by_id: RowArray | None = None
    """(n,) rows by ascending movie id; None where they are in that order."""

    def __len__(self) -> int:
        return len(self.movie_id)

    @classmethod
    def build(cls, listed: Iterable[MovieListed], enriched: Iterable[MovieEnriched] = ()) -> Self:
        """Join both by movie id; a movie that only TMDB knows is left out, and the last of repeated events counts."""
        by_id = {movie.movie_id: movie for movie in listed}
        found = {m.movie_id: m for m in enriched if m.status is MetadataStatus.FOUND}
        movies = [by_id[movie_id] for movie_id in sorted(by_id)]
        extras = [found.get(movie.movie_id) for movie in movies]
        genre_sets = [_genres(m, x) for m, x in zip(movies, extras, strict=True)]
        names = tuple(sorted({name for genres in genre_sets for name in genres}))
        return cls(
            movie_id=np.array([m.movie_id for m in movies], np.int64),
            titles=tuple(m.title for m in movies),
            year=_column([m.year or (x.release_year if x else None) for m, x in zip(movies, extras, strict=True)]),
            genre_names=names,
            genres=_membership(genre_sets, names),
            directors=tuple(x.directors if x else () for x in extras),
            keywords=tuple(x.keywords if x else () for x in extras),
            cast=tuple(x.cast if x else () for x in extras),
            runtime_min=_column([(x.runtime_min or None) if x else None for x in extras]),
            vote_average=_column([x.vote_average if x else None for x in extras]),
            vote_count=_column([x.vote_count if x else None for x in extras]),
            tmdb_popularity=_column([x.popularity if x else None for x in extras]),
        )

    def rows(self, movie_ids: IntArray) -> RowArray:
        """Row of each id, -1 where the id is unknown."""
        if not len(self.movie_id):
            return np.full(len(movie_ids), -1, np.intp)
        at = np.minimum(np.searchsorted(self.movie_id, movie_ids, sorter=self.by_id), len(self.movie_id) - 1)
        at = at if self.by_id is None else self.by_id[at]
        return np.where(self.movie_id[at] == movie_ids, at, -1).astype(np.intp)

    def updated(self, newer: "MovieTable") -> Self:
        """With what is newer: a known movie keeps its row, and movies that are new come after all others.

        Args:
            newer: whole rows, which replace those of the same movies.
        """
        row = self.rows(newer.movie_id)
        is_new = row < 0
        row[is_new] = len(self) + np.arange(np.count_nonzero(is_new))
        n = len(self) + int(np.count_nonzero(is_new))
        movie_id = _replaced(self.movie_id, newer.movie_id, row, n)
        names = tuple(sorted({*self.genre_names, *newer.genre_names}))
        genres = _replaced(_in_columns(self, names), _in_columns(newer, names), row, n)
        is_ascending = bool((movie_id[1:] > movie_id[:-1]).all())
        return type(self)(
            movie_id=movie_id,
            titles=_replaced_each(self.titles, newer.titles, row, n),
            year=_replaced(self.year, newer.year, row, n),
            genre_names=names,
            genres=genres,
            directors=_replaced_each(self.directors, newer.directors, row, n),
            keywords=_replaced_each(self.keywords, newer.keywords, row, n),
            cast=_replaced_each(self.cast, newer.cast, row, n),
            runtime_min=_replaced(self.runtime_min, newer.runtime_min, row, n),
            vote_average=_replaced(self.vote_average, newer.vote_average, row, n),
            vote_count=_replaced(self.vote_count, newer.vote_count, row, n),
            tmdb_popularity=_replaced(self.tmdb_popularity, newer.tmdb_popularity, row, n),
            by_id=None if is_ascending else np.argsort(movie_id),
        )


def _replaced(old: NDArray[D], new: NDArray[D], row: RowArray, n: int) -> NDArray[D]:
    """n rows: the old ones, over which the new ones are written."""
    column = np.empty((n, *old.shape[1:]), old.dtype)
    column[: len(old)] = old
    column[row] = new
    return column


def _replaced_each(old: Sequence[V], new: Sequence[V], row: RowArray, n: int) -> tuple[V, ...]:
    """The same for values that are no numbers."""
    values = [*old, *new][:n]  # as many as there will be
    for at, value in zip(row.tolist(), new, strict=True):
        values[at] = value
    return tuple(values)


def _in_columns(table: MovieTable, names: Names) -> BoolArray:
    """(n, len(names)) the table's genres in these columns."""
    genres = np.zeros((len(table), len(names)), bool)
    genres[:, [names.index(name) for name in table.genre_names]] = table.genres
    return genres


def _genres(listed: MovieListed, enriched: MovieEnriched | None) -> Names:
    own = tuple(g for g in listed.genres if g not in NOT_GENRES)
    if own or enriched is None:
        return own
    return tuple(name for g in enriched.genres if (name := TMDB_GENRES.get(g, g)))


def _membership(genre_sets: Sequence[Names], names: Names) -> BoolArray:
    column = {name: at for at, name in enumerate(names)}
    member = np.zeros((len(genre_sets), len(names)), bool)
    for row, genres in enumerate(genre_sets):
        member[row, [column[g] for g in genres]] = True
    return member


def _column(values: Sequence[float | int | None]) -> Float32Array:
    return np.array([np.nan if value is None else value for value in values], np.float32)
