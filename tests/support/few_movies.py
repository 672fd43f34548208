"""The gateway's copy of the catalogue, in memory, without a store behind it."""

from collections.abc import Iterable

from gateway.movie_copy import Counts, MovieCopy
from marquee.contracts.ranking_fields import CardFields

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


class FewMovies(MovieCopy):
    """A few cards, most popular first."""

    def __init__(self, cards: Iterable[CardFields]) -> None:
        self._by_id = {card["movie_id"]: card for card in cards}
        self.counts = Counts(popular=tuple((movie, float(100 - movie)) for movie in self._by_id))

    def get(self, movie_id: int) -> CardFields | None:
        return self._by_id.get(movie_id)
