"""Every movie the system knows, as columns: what MovieLens lists, filled up with what TMDB adds. No ratings here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import BoolArray, Float32Array, IntArray
from marquee.contracts.events import NOT_GENRES, MetadataStatus, MovieEnriched, MovieListed

RowArray = NDArray[np.intp]
Names = tuple[str, ...]

TMDB_GENRES = {"Science Fiction": "Sci-Fi", "Family": "Children", "Music": "Musical", "TV Movie": ""}
"""TMDB's genre names as MovieLens writes them, for the movies to which MovieLens gives no genre."""


@dataclass(frozen=True, slots=True)
class MovieTable:
    """One row per movie, by ascending movie id.

    Attributes:
        movie_id: (n,) int64, ascending and distinct.
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
        at = np.minimum(np.searchsorted(self.movie_id, movie_ids), len(self.movie_id) - 1)
        return np.where(self.movie_id[at] == movie_ids, at, -1).astype(np.intp)


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
