"""Which movies a request's filters let through: one rule, for a card and for all rows of a movie table."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from marquee.arrays import BoolArray, FloatArray
from marquee.contracts.rank_request import Filters
from marquee.contracts.ranking_fields import CardFields
from marquee.state.movie_state import MovieState


def ratings_share(count: FloatArray) -> FloatArray:
    """(n,) from 0 to 1: the ratings of each movie as a share of those of the most rated one; 0 if there are none."""
    return count / max(float(count.max(initial=0)), 1.0)


@dataclass(frozen=True, slots=True)
class MovieFilter:
    """All given conditions hold together; a movie of unknown year fails a year filter, one of unknown length stays.

    Genre names are compared without case; one wanted genre is enough, and a genre that no movie has leaves nothing.
    Made once per request, because folding a genre takes time.
    """

    filters: Filters
    genres: frozenset[str]

    @classmethod
    def of(cls, filters: Filters) -> Self:
        return cls(filters, frozenset(genre.casefold() for genre in filters.genres))

    def passes(self, card: CardFields, ratings_share: float = 0.0) -> bool:
        """Whether a card's movie, which has this share of the most rated movie's ratings, may be shown."""
        year, runtime, filters = card["year"], card["runtime"], self.filters
        if self.genres and not any(genre.casefold() in self.genres for genre in card["genres"]):
            return False
        if filters.year_min is not None and (year is None or year < filters.year_min):
            return False
        if filters.year_max is not None and (year is None or year > filters.year_max):
            return False
        if filters.ratings_share_max is not None and ratings_share > filters.ratings_share_max:
            return False
        return filters.runtime_max is None or runtime is None or runtime <= filters.runtime_max

    def mask(self, state: MovieState) -> BoolArray | None:
        """(n,) bool, which rows pass; None for all of them. The same rule as `passes`, for many movies at once."""
        filters = self.filters
        if filters == Filters():
            return None
        movies = state.catalog
        mask = np.ones(len(movies), bool)
        if self.genres:
            columns = [at for at, name in enumerate(movies.genre_names) if name.casefold() in self.genres]
            mask &= movies.genres[:, columns].any(axis=1)
        if filters.year_min is not None:
            mask &= movies.year >= filters.year_min
        if filters.year_max is not None:
            mask &= movies.year <= filters.year_max
        if filters.runtime_max is not None:
            mask &= ~(movies.runtime_min > filters.runtime_max)
        if filters.ratings_share_max is not None:
            mask &= ratings_share(state.count) <= filters.ratings_share_max
        return mask
