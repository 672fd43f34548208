"""The gateway's own copy of the movies: cards, rating counts and the search index, refreshed in the background."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gateway.finding import SearchIndex
from gateway.people import PeopleIndex
from gateway.search import TitleIndex
from gateway.themes import ThemeIndex
from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.contracts.movie_bodies import CountedCard
from marquee.contracts.ranking_fields import CardFields
from marquee.contracts.topics import CATALOG, METADATA, RATINGS
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace
from marquee.stores.shards import marks_of, shards_of
from marquee.stores.views import Totals, TotalsView


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals by movie: ratings, their mean in stars, and ratings of 4 or more; the share of these in all ratings.

    Attributes:
        totals: of each rated movie, by id. order: their rows, the most ratings of 4 or more first.
        most_ratings: of the most rated movie.
    """

    totals: Totals = field(default_factory=lambda: Totals.of({}))
    order: IntArray = field(default_factory=lambda: np.empty(0, np.int64))
    liked_share: float = 0.0
    most_ratings: int = 0

    @classmethod
    def of(cls, totals: Totals) -> "Counts":
        order = np.lexsort((totals.movie_id, -totals.n, -totals.positives))
        liked_share = float(totals.positives.sum() / max(totals.n.sum(), 1))
        return cls(totals, order, liked_share, int(totals.n.max(initial=0)))

    def ratings(self, movie_id: int) -> int:
        """How many people rated a movie."""
        return int(self.ratings_of(np.array([movie_id]))[0])

    def ratings_of(self, movie_id: IntArray) -> FloatArray:
        """The same of many movies."""
        at, is_rated = self._rows(movie_id)
        ratings = np.zeros(len(movie_id))
        ratings[is_rated] = self.totals.n[at[is_rated]]
        return ratings

    def mean(self, movie_id: int) -> float | None:
        """A movie's mean in stars; None without ratings."""
        (at,), (is_rated,) = self._rows(np.array([movie_id]))
        if not is_rated:
            return None
        return float(self.totals.half_stars[at] / 2 / max(self.totals.n[at], 1))

    def ratings_share(self, movie_id: int) -> float:
        """A movie's ratings as a share of those of the most rated movie."""
        return self.ratings(movie_id) / max(self.most_ratings, 1)

    @property
    def popular(self) -> Iterator[tuple[int, float]]:
        """Movie ids and ratings of 4 or more, most first."""
        for row in self.order.tolist():
            yield int(self.totals.movie_id[row]), float(self.totals.positives[row])

    def _rows(self, movie_id: IntArray) -> tuple[IntArray, BoolArray]:
        """Where each movie is, and whether it is there."""
        known = self.totals.movie_id
        if not len(known):
            return np.zeros(len(movie_id), np.int64), np.zeros(len(movie_id), bool)
        at = np.minimum(np.searchsorted(known, movie_id), len(known) - 1)
        return at, known[at] == movie_id


class MovieCopy:
    """Everything that the gateway answers from memory.

    Attributes:
        genres: of all movies, casefolded.
        movies, posters: how many movies there are, and how many of them have a poster.
    """

    def __init__(self, space: KeySpace, cards: Cards) -> None:
        self.cards, self._space = cards, space
        self._stats = TotalsView(space)
        self.index = SearchIndex(TitleIndex.of([]), PeopleIndex.of([]))
        self.themes = ThemeIndex({})
        self.counts = Counts()
        self.genres: frozenset[str] = frozenset()
        self.movies = self.posters = 0

    def get(self, movie_id: int) -> CardFields | None:
        return self.cards.get(movie_id)

    def ratings(self, movie_id: int) -> int:
        """How many people rated a movie."""
        return self.counts.ratings(movie_id)

    def best_known(self, movie_ids: Iterable[int], *, at_most: int | None = None) -> tuple[CountedCard, ...]:
        """Cards of movies with how many people rated each, most first; movies without a card are left out."""
        first = sorted(movie_ids, key=lambda movie_id: (-self.ratings(movie_id), movie_id))[:at_most]
        cards = (card for movie_id in first if (card := self.get(movie_id)) is not None)
        return tuple(CountedCard(**card, ratings=self.ratings(card["movie_id"])) for card in cards)

    async def refresh(self) -> None:
        """Read what has changed.

        Raises:
            Transient: Redis is unavailable.
        """
        marks = await marks_of(self._space, shards_of(CATALOG.name, METADATA.name, RATINGS.name))
        if await self.cards.refresh(marks):
            snapshot = list(self.cards)
            self.index, self.themes = await asyncio.to_thread(_indexed, self.cards, snapshot)
            self.movies, self.posters = len(snapshot), sum(card["poster_url"] is not None for card in snapshot)
            self.genres = frozenset(genre.casefold() for card in snapshot for genre in card["genres"])
        if await self._stats.refresh(marks):
            self.counts = await asyncio.to_thread(lambda: Counts.of(self._stats.totals()))


def _indexed(cards: Cards, snapshot: Sequence[CardFields]) -> tuple[SearchIndex, ThemeIndex]:
    """Index the cards of one moment, while `cards` may already be growing again."""
    names = [(card["movie_id"], known) for card in snapshot if (known := cards.names.get(card["movie_id"]))]
    themes = ThemeIndex.of((movie_id, known.keywords) for movie_id, known in names)
    return SearchIndex(TitleIndex.of(snapshot, cards.titles), PeopleIndex.of(names)), themes
