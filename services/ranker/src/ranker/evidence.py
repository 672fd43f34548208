"""What a reason rests on: the user's ratings, genres, people and counts that can be named for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from marquee.arrays import FloatArray
from marquee.contracts.reason_codes import ReasonCode
from marquee.retrieval.history import History
from marquee.state.movie_table import MovieTable, RowArray
from ranker.texts import Evidence

GENRES = 3

Titles = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class CrowdCounts:
    """How many rated each ranked movie, and their mean in stars (NaN without any)."""

    count: FloatArray
    mean: FloatArray


@dataclass(frozen=True)
class UserEvidence:
    """Evidence for a user's ranking.

    Attributes:
        row: (k,) ranked movies. cited: (k,) history positions each. seen: of the ranked movies.
    """

    row: RowArray
    cited: Sequence[NDArray[np.intp]]
    history: History
    catalog: MovieTable
    seen: CrowdCounts
    titles: Titles

    def at(self, place: int) -> Callable[[str], list[Evidence]]:
        """Evidence by reason code, for the movie at one place of the ranking."""
        return partial(self._of, place)

    @cached_property
    def liked(self) -> RowArray:
        """Catalogue rows of the liked movies."""
        return self.history.row[self.history.is_liked]

    @cached_property
    def liked_by_genre(self) -> FloatArray:
        """(G,) how many liked movies have each genre."""
        counts: FloatArray = self.catalog.genres[self.liked].sum(axis=0).astype(np.float64)
        return counts

    @cached_property
    def loved_directors(self) -> frozenset[str]:
        return frozenset(name for row in self.liked.tolist() for name in self.catalog.directors[row])

    def _of(self, place: int, code: str) -> list[Evidence]:
        row = int(self.row[place])
        match code:
            case ReasonCode.LIKED_SIMILAR:
                return [self._rated(int(position)) for position in self.cited[place]]
            case ReasonCode.TASTE_GENRE:
                own = np.flatnonzero(self.catalog.genres[row] & (self.liked_by_genre > 0))
                best = own[np.argsort(-self.liked_by_genre[own], kind="stable")][:GENRES]
                names = self.catalog.genre_names
                return [{"kind": "genre", "label": names[g], "value": float(self.liked_by_genre[g])} for g in best]
            case ReasonCode.TASTE_CONTENT:
                people = [name for name in self.catalog.directors[row] if name in self.loved_directors]
                return [{"kind": "person", "label": name} for name in people]
            case _:
                return of_movie(code, place, row, self.catalog, self.seen)

    def _rated(self, position: int) -> Evidence:
        movie_id = int(self.catalog.movie_id[self.history.row[position]])
        rating = float(self.history.rating[position])
        return {"kind": "rated_movie", "label": self.titles(movie_id), "movie_id": movie_id, "rating": rating}


@dataclass(frozen=True, slots=True)
class SimilarEvidence:
    """Evidence for movies similar to the one in seed_row."""

    row: RowArray
    seed_row: int
    catalog: MovieTable
    seen: CrowdCounts

    def at(self, place: int) -> Callable[[str], list[Evidence]]:
        """Evidence by reason code, for the movie at one place of the ranking."""
        return partial(self._of, place)

    def _of(self, place: int, code: str) -> list[Evidence]:
        row, catalog = int(self.row[place]), self.catalog
        if code != ReasonCode.SAME_CONTENT:
            return of_movie(code, place, row, catalog, self.seen)
        people = [name for name in catalog.directors[row] if name in catalog.directors[self.seed_row]]
        shared = np.flatnonzero(catalog.genres[row] & catalog.genres[self.seed_row])[:GENRES]
        genres: list[Evidence] = [{"kind": "genre", "label": catalog.genre_names[g]} for g in shared]
        return [{"kind": "person", "label": name} for name in people] + genres


def of_movie(code: str, place: int, row: int, catalog: MovieTable, seen: CrowdCounts) -> list[Evidence]:
    """What can be said of a movie without a user."""
    if code in (ReasonCode.POPULAR, ReasonCode.TRENDING) and seen.count[place]:
        return [{"kind": "count", "label": "ratings", "value": float(seen.count[place])}]
    if code == ReasonCode.WELL_RATED and seen.count[place]:
        return [{"kind": "count", "label": "mean rating", "value": round(float(seen.mean[place]), 2)}]
    if code == ReasonCode.ERA and not np.isnan(catalog.year[row]):
        return [{"kind": "year", "label": str(int(catalog.year[row]))}]
    return []
