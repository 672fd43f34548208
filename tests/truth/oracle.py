"""What the CSV files say. Nothing of the product is imported here: this is what it is judged by."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Self

LIKED = 4.0
"""Stars from which on a rating is a like, and its user a fan of the movie."""
NO_GENRES = {"", "(no genres listed)", "IMAX"}
TMDB_GENRES = {"Science Fiction": "Sci-Fi", "Family": "Children", "Music": "Musical", "TV Movie": ""}
"""TMDB's names of MovieLens's genres."""
YEAR_S = 365 * 86_400

Names = tuple[str, ...]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Film:
    """One movie as movies.csv and TMDB's file have it; runtime in minutes. The file has no cast."""

    title: str
    year: int | None
    genres: Names
    cast: Names = ()
    directors: Names = ()
    keywords: Names = ()
    runtime: int | None = None


@dataclass(frozen=True)
class Rating:
    """A user's newest rating of a movie; `at` in Unix seconds."""

    user: int
    movie: int
    stars: float
    at: int


@dataclass(frozen=True)
class Person:
    """Somebody's ratings by movie, in the file's order."""

    ratings: Mapping[int, Rating]

    @classmethod
    def of(cls, ratings: Iterable[Rating]) -> Self:
        return cls({rating.movie: rating for rating in ratings})

    @cached_property
    def usual(self) -> float:
        """The mean of their stars."""
        return fmean(rating.stars for rating in self.ratings.values())

    @cached_property
    def likes(self) -> frozenset[int]:
        """Movies with at least min(4, max(3, usual + 0.75)) stars: a like on the person's own scale."""
        if not self.ratings:
            return frozenset()
        least = min(4.0, max(3.0, self.usual + 0.75))
        return frozenset(movie for movie, rating in self.ratings.items() if rating.stars >= least)

    @property
    def last_year(self) -> int:
        """The calendar year, in UTC, of the newest rating."""
        return datetime.fromtimestamp(max(rating.at for rating in self.ratings.values()), UTC).year

    def stars(self, movies: Iterable[int]) -> list[float]:
        """What they gave to those of these movies that they rated."""
        return [self.ratings[movie].stars for movie in movies if movie in self.ratings]


@dataclass(frozen=True)
class Oracle:
    """Everything that can be counted in the files.

    Attributes:
        ratings: the newest one of each user and movie. films: by movie id.
    """

    ratings: tuple[Rating, ...]
    films: Mapping[int, Film]

    @classmethod
    def read(cls, data: Path) -> Self:
        folder = data / "ml-latest-small"
        newest: dict[tuple[int, int], Rating] = {}
        for row in _rows(folder / "ratings.csv"):
            rating = Rating(int(row["userId"]), int(row["movieId"]), float(row["rating"]), int(row["timestamp"]))
            before = newest.get(key := (rating.user, rating.movie))
            if before is None or before.at <= rating.at:
                newest[key] = rating
        tmdb = {row["tmdb_id"]: row for row in _rows(data / "tmdb" / "movies.csv")}
        tmdb_id = {row["movieId"]: row["tmdbId"] for row in _rows(folder / "links.csv")}
        films = {
            int(row["movieId"]): _film(row, tmdb.get(tmdb_id.get(row["movieId"], "")))
            for row in _rows(folder / "movies.csv")
        }
        return cls(tuple(newest.values()), films)

    @cached_property
    def raters(self) -> Mapping[int, tuple[Rating, ...]]:
        """All ratings of each movie that has any."""
        found = defaultdict(list)
        for rating in self.ratings:
            found[rating.movie].append(rating)
        return {movie: tuple(ratings) for movie, ratings in found.items()}

    @cached_property
    def people(self) -> Mapping[int, Person]:
        found = defaultdict(list)
        for rating in self.ratings:
            found[rating.user].append(rating)
        return {user: Person.of(ratings) for user, ratings in found.items()}

    @cached_property
    def fans_of(self) -> Mapping[int, frozenset[int]]:
        """The users who like each movie that has a rating."""
        return {
            movie: frozenset(rating.user for rating in ratings if rating.stars >= LIKED)
            for movie, ratings in self.raters.items()
        }

    @cached_property
    def overall_mean(self) -> float:
        return fmean(rating.stars for rating in self.ratings)

    @cached_property
    def end_s(self) -> int:
        """When the newest rating of all was given."""
        return max(rating.at for rating in self.ratings)

    def person(self, user: int) -> Person:
        """A user's history; empty for an unknown one."""
        return self.people.get(user, Person({}))

    def fans(self, movie: int) -> frozenset[int]:
        return self.fans_of.get(movie, frozenset())

    def both(self, movie: int, other: int) -> int:
        """How many people like both."""
        return len(self.fans(movie) & self.fans(other))

    def count(self, movie: int) -> int:
        """How many people rated a movie."""
        return len(self.raters.get(movie, ()))

    def mean(self, movie: int) -> float:
        """The mean of a movie's stars."""
        return fmean(rating.stars for rating in self.raters[movie])

    @cached_property
    def counts(self) -> list[int]:
        """How many people rated each movie of the catalogue."""
        return [self.count(movie) for movie in self.films]

    @cached_property
    def like_share(self) -> float:
        """The share of all ratings that are likes."""
        return fmean(rating.stars >= LIKED for rating in self.ratings)

    @cached_property
    def last_years_likes(self) -> Mapping[int, int]:
        """By movie: how many of its fans rated it in the last year of the data."""
        found = {movie: self.in_last_year(movie, least=LIKED) for movie in self.raters}
        return {movie: count for movie, count in found.items() if count}

    def in_last_year(self, movie: int, *, least: float = 0.0) -> int:
        """Ratings of at least so many stars that are younger than a year before the newest of all."""
        start = self.end_s - YEAR_S
        return sum(rating.at > start and rating.stars >= least for rating in self.raters.get(movie, ()))


def _rows(path: Path) -> Iterator[Row]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def _film(movie: Row, tmdb: Row | None) -> Film:
    title, year = _title_and_year(movie["title"])
    genres = tuple(name for name in movie["genres"].split("|") if name not in NO_GENRES)
    if tmdb is None:
        return Film(title, year, genres)
    released = tmdb["release_date"][:4]
    return Film(
        title=tmdb["title"].strip() or title,
        year=year or (int(released) if released else None),
        genres=genres or tuple(name for each in _names(tmdb["genres"]) if (name := TMDB_GENRES.get(each, each))),
        directors=_names(tmdb["director"]),
        keywords=_names(tmdb["keywords"]),
        runtime=int(float(tmdb["runtime"] or 0)) or None,
    )


def _names(text: str) -> Names:
    return tuple(dict.fromkeys(name.strip() for name in text.split("|") if name.strip()))


def _title_and_year(text: str) -> tuple[str, int | None]:
    """ "Matrix, The (1999)" -> ("The Matrix", 1999); enough for the few movies that TMDB has no title of."""
    found = re.fullmatch(r"(.*?)\s*\((\d{4})(?:[-–]\d*)?\)\s*", text.strip())
    title, year = (found[1], int(found[2])) if found else (text.strip(), None)
    moved = re.fullmatch(r"(.*), (The|A|An)", title)
    return (f"{moved[2]} {moved[1]}" if moved else title), year
