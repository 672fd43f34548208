"""Reads the movies of a data set, with their links: every line becomes a MovieListed or a reject."""

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ingest.layouts import BOM, Layout, header_of
from ingest.rejects import Reason, Reject, Rejects, as_text
from marquee.contracts.events import MovieListed
from marquee.readers import movielens

_ML_100K_GENRES = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|"
    "Mystery|Romance|Sci-Fi|Thriller|War|Western"
)

Line = tuple[int, str, list[str]]  # number, raw text, fields
Read = Callable[[Sequence[str]], MovieListed]


def read_movies(layout: Layout, rejects: Rejects) -> tuple[list[MovieListed], int]:
    """All usable movies by ascending id, and how many rows are unusable; of a repeated id the first one stays."""
    movies: dict[int, MovieListed] = {}
    put_aside: list[Reject] = []
    read, separator, encoding, header = _reader(layout)
    for number, raw, fields in _lines(layout.movies, separator, encoding, header, put_aside):
        if header and len(fields) != len(layout.movie_columns):
            put_aside.append(Reject(number, Reason.WRONG_COLUMN_COUNT, raw))
            continue
        try:
            movie = read(fields)
        except ValueError:  # pydantic's ValidationError is one
            put_aside.append(Reject(number, Reason.BAD_MOVIE, raw))
            continue
        if movie.movie_id in movies:
            put_aside.append(Reject(number, Reason.DUPLICATE, raw))
        else:
            movies[movie.movie_id] = movie
    rejects.add(layout.movies, put_aside)
    if layout.links:
        _add_links(layout.links, movies, rejects)
    unusable = sum(reject.reason is not Reason.DUPLICATE for reject in put_aside)
    return [movies[movie_id] for movie_id in sorted(movies)], unusable


def _reader(layout: Layout) -> tuple[Read, str, str, bool]:
    """How to read a line of movies: the function, the separator, the encoding, whether a header comes first."""
    if layout.kind == "dat":
        return _dat, "::", "latin-1", False
    if layout.kind == "item":
        names = _ML_100K_GENRES.split("|")
        if layout.genres:
            lines = layout.genres.read_text("latin-1").splitlines()
            names = [line.rpartition("|")[0] for line in lines if "|" in line]
        return (lambda fields: movielens.movie_of_item(fields, names)), "|", "latin-1", False
    column = {name: at for at, name in enumerate(layout.movie_columns)}
    if layout.kind == "recbole":

        def recbole(fields: Sequence[str]) -> MovieListed:
            year = fields[column["release_year"]] if "release_year" in column else ""
            genres = fields[column["class"]] if "class" in column else ""
            return movielens.movie_of_recbole(fields[column["item_id"]], fields[column["movie_title"]], year, genres)

        return recbole, "\t", "utf-8", True
    at = [column["movieid"], column["title"], column["genres"]]
    return (lambda fields: movielens.movie_of_csv([fields[i] for i in at])), ",", "utf-8", True


def _dat(fields: Sequence[str]) -> MovieListed:
    if len(fields) != 3:
        raise ValueError(f"{len(fields)} columns, not 3")
    return movielens.movie_of_csv(fields)


def _lines(path: Path, separator: str, encoding: str, has_header: bool, put_aside: list[Reject]) -> Iterator[Line]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            raw = line.removeprefix(BOM) if number == 1 else line
            if has_header and number == 1:
                continue
            try:
                text = raw.decode(encoding).rstrip("\r\n")
                fields = next(csv.reader([text]), []) if separator == "," else text.split(separator)
            except UnicodeDecodeError:
                put_aside.append(Reject(number, Reason.NOT_UTF8, as_text(raw)))
            except csv.Error:
                put_aside.append(Reject(number, Reason.WRONG_COLUMN_COUNT, as_text(raw)))
            else:
                yield number, text, fields


def _add_links(path: Path, movies: dict[int, MovieListed], rejects: Rejects) -> None:
    """Fill in imdb_id and tmdb_id. A bad link is a reject; its movie stays, without links."""
    put_aside: list[Reject] = []
    names = [name.lower() for name in header_of(path, ",")]
    at = [names.index(name) for name in ("movieid", "imdbid", "tmdbid")]
    for number, raw, fields in _lines(path, ",", "utf-8", True, put_aside):
        if len(fields) != len(names):
            put_aside.append(Reject(number, Reason.WRONG_COLUMN_COUNT, raw))
            continue
        movie_id, imdb, tmdb = (fields[i] for i in at)
        try:
            movie = movies.get(movielens.parse_id(movie_id))
            links = {"imdb_id": movielens.imdb_id(imdb), "tmdb_id": movielens.tmdb_id(tmdb)}
        except ValueError:
            put_aside.append(Reject(number, Reason.BAD_LINK, raw))
            continue
        if movie is None:
            put_aside.append(Reject(number, Reason.UNKNOWN_MOVIE, raw))
        else:
            movies[movie.movie_id] = movie.model_copy(update=links)
    rejects.add(path, put_aside)
