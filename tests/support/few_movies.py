"""The gateway's copy of the catalogue, in memory, without a store behind it."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.movie_copy import Counts, MovieCopy
from gateway.search import RatingsOf
from marquee.contracts.ranking_fields import CardFields
from marquee.stores.views import Totals

CARDS: dict[int, CardFields] = {
    movie: {
        "movie_id": movie,
        "title": f"Movie {movie}",
        "year": 1980 + movie,
        "genres": ["Drama"] if movie % 2 else ["Comedy"],
        "runtime": 90 + movie,
        "poster_url": None,
    }
    for movie in range(1, 31)
}
"""Movies 1 to 30; movie m is the m-th most popular."""


def counts_of(totals: dict[int, tuple[int, int, int]], *, liked_share: float = 0.0) -> Counts:
    """Counts by movie id: ratings, half stars, ratings of 4 or more; and the share of these that is told."""
    return replace(Counts.of(Totals.of(totals)), liked_share=liked_share)


def ratings_of(counts: dict[int, int]) -> RatingsOf:
    """How many people rated each movie, as a search asks for it."""
    return counts_of({movie: (count, 0, 0) for movie, count in counts.items()}).ratings_of


class FewMovies(MovieCopy):
    """A few cards, most popular first."""

    def __init__(self, cards: Iterable[CardFields]) -> None:
        self._by_id = {card["movie_id"]: card for card in cards}
        self.counts = counts_of({movie: (0, 0, 100 - movie) for movie in self._by_id})

    def get(self, movie_id: int) -> CardFields | None:
        return self._by_id.get(movie_id)
