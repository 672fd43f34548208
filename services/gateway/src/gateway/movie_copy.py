"""The gateway's own copy of the movies: cards, rating counts and the search index, refreshed in the background."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gateway.finding import SearchIndex
from gateway.people import PeopleIndex
from gateway.search import TitleIndex
from gateway.themes import ThemeIndex
from marquee.contracts.bodies import CountedCard
from marquee.contracts.ranking_fields import CardFields
from marquee.state.filters import ratings_share
from marquee.state.item_stats import ItemStats
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace
from marquee.stores.views import StatsView


@dataclass(frozen=True, slots=True)
class Counts:
    """Totals by movie id: ratings, their mean in stars, and ratings of 4 or more; the share of these in all ratings.

    Attributes:
        ratings_share: ratings as a share of those of the most rated movie.
    """

    ratings: dict[int, float] = field(default_factory=dict)
    mean: dict[int, float] = field(default_factory=dict)
    popular: tuple[tuple[int, float], ...] = ()  # (movie id, ratings of 4 or more), most first
    liked_share: float = 0.0
    ratings_share: dict[int, float] = field(default_factory=dict)

    @classmethod
    def of(cls, stats: ItemStats) -> "Counts":
        movie_id, at = np.unique(stats.movie_id, return_inverse=True)
        n, half_stars, positives = (
            np.bincount(at, weights=column, minlength=len(movie_id)).astype(np.float64)
            for column in (stats.n, stats.half_stars, stats.positives)
        )
        ids = movie_id.tolist()
        order = np.lexsort((movie_id, -n, -positives))
        means = half_stars / 2 / np.maximum(n, 1)
        return cls(
            dict(zip(ids, n.tolist(), strict=True)),
            dict(zip(ids, means.tolist(), strict=True)),
            tuple((ids[i], float(positives[i])) for i in order.tolist()),
            float(positives.sum() / max(n.sum(), 1)),
            dict(zip(ids, ratings_share(n).tolist(), strict=True)),
        )


class MovieCopy:
    """Everything that the gateway answers from memory.

    Attributes:
        genres: of all movies, casefolded.
        movies, posters: how many movies there are, and how many of them have a poster.
    """

    def __init__(self, space: KeySpace, cards: Cards) -> None:
        self.cards = cards
        self._stats = StatsView(space)
        self.index = SearchIndex(TitleIndex.of([]), PeopleIndex.of([]))
        self.themes = ThemeIndex({})
        self.counts = Counts()
        self.genres: frozenset[str] = frozenset()
        self.movies = self.posters = 0

    def get(self, movie_id: int) -> CardFields | None:
        return self.cards.get(movie_id)

    def ratings(self, movie_id: int) -> int:
        """How many people rated a movie."""
        return int(self.counts.ratings.get(movie_id, 0))

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
        if await self.cards.refresh():
            snapshot = list(self.cards)
            self.index, self.themes = await asyncio.to_thread(_indexed, self.cards, snapshot)
            self.movies, self.posters = len(snapshot), sum(card["poster_url"] is not None for card in snapshot)
            self.genres = frozenset(genre.casefold() for card in snapshot for genre in card["genres"])
        if await self._stats.refresh():
            self.counts = await asyncio.to_thread(lambda: Counts.of(self._stats.stats()))


def _indexed(cards: Cards, snapshot: Sequence[CardFields]) -> tuple[SearchIndex, ThemeIndex]:
    """Index the cards of one moment, while `cards` may already be growing again."""
    names = [(card["movie_id"], known) for card in snapshot if (known := cards.names.get(card["movie_id"]))]
    themes = ThemeIndex.of((movie_id, known.keywords) for movie_id, known in names)
    return SearchIndex(TitleIndex.of(snapshot, cards.titles), PeopleIndex.of(names)), themes
