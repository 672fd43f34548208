"""The search index of the real catalogue, made as the gateway makes it, and the searches that people try on it."""

import csv
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from gateway.finding import SearchIndex
from gateway.people import PeopleIndex
from gateway.search import TitleIndex
from ingest.layouts import csv_layout
from ingest.reading import read_data_set
from ingest.rejects import Rejects
from marquee.arrays import FloatArray, IntArray
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.contracts.ranking_fields import CardFields, card_without_details
from marquee.readers.tmdb_file import TmdbFile
from marquee.stores.cards import Names

TABLE = Path(__file__).with_name("searches.tsv")


@dataclass(frozen=True, slots=True)
class Movie:
    """What a movie can be found by, and how many people rated it."""

    movie_id: int
    titles: tuple[str, ...]  # the first is its card's
    year: int | None
    names: Names
    ratings: int

    @classmethod
    def of(cls, listed: MovieListed, enriched: MovieEnriched, ratings: int) -> Self:
        if enriched.status is not MetadataStatus.FOUND:
            return cls(listed.movie_id, (listed.title,), listed.year, Names(), ratings)
        known = (enriched.title or listed.title, listed.title, enriched.original_title or listed.title)
        year = listed.year or enriched.release_year
        names = Names(directors=enriched.directors, cast=enriched.cast)
        return cls(listed.movie_id, tuple(dict.fromkeys(known)), year, names, ratings)


NEWER = (Movie(900_001, ("Spider-Man: Homecoming",), 2017, Names(directors=("Jon Watts",)), 60),)
"""What larger data sets list, and the small one does not."""


@dataclass(frozen=True, slots=True)
class Search:
    """What somebody types, and the movie that they mean, which is to be among the first few."""

    kind: str
    query: str
    title: str
    year: int
    within: int


def searches() -> list[Search]:
    """The table of searches."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Search(row["kind"], row["query"], row["title"], int(row["year"]), int(row["within"])) for row in rows]


def real_movies(data: Path) -> list[Movie]:
    """ml-latest-small with TMDB's metadata, and `NEWER`.

    Args:
        data: the folder of `support.real_data`.
    """
    ratings, movies, links = (data / "ml-latest-small" / name for name in ("ratings.csv", "movies.csv", "links.csv"))
    read = read_data_set(csv_layout(ratings, movies, links), Rejects(None), now_s=int(time.time()))
    snapshot = TmdbFile.read(data / "tmdb" / "movies.csv")
    count = Counter(read.ratings.in_order_read().movie_id.tolist())
    return [*(Movie.of(movie, snapshot.answer(movie), count[movie.movie_id]) for movie in read.movies), *NEWER]


def search_index(movies: Iterable[Movie]) -> SearchIndex:
    """The gateway's index of these movies."""
    by_id = {movie.movie_id: movie for movie in movies}
    cards: list[CardFields] = [
        {**card_without_details(m.movie_id), "title": m.titles[0], "year": m.year} for m in by_id.values()
    ]
    people = PeopleIndex.of((movie.movie_id, movie.names) for movie in by_id.values())
    return SearchIndex(TitleIndex.of(cards, lambda movie_id: by_id[movie_id].titles), people)


class Popularity:
    """How many people rated each movie, as a search asks for it."""

    def __init__(self, ratings: Mapping[int, int]) -> None:
        self._movie_id = np.array(sorted(ratings), np.int64)
        self._ratings = np.array([ratings[movie_id] for movie_id in sorted(ratings)], np.float64)

    @classmethod
    def of(cls, movies: Iterable[Movie]) -> Self:
        return cls({movie.movie_id: movie.ratings for movie in movies})

    def __call__(self, movie_id: IntArray) -> FloatArray:
        ratings: FloatArray = self._ratings[np.searchsorted(self._movie_id, movie_id)]
        return ratings
