"""Which files a MovieLens directory holds and how their rows are separated. Looks at names and headers only."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marquee.errors import Misconfigured

BOM = b"\xef\xbb\xbf"
HEADER_LIMIT = 10_000  # bytes; a first line longer than this is not a header


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """Where the four columns of a rating stand.

    Attributes:
        columns: names in the file's order; the four that are read are user, movie, rating, timestamp.
        separator: between columns; "::" is allowed.
    """

    path: Path
    columns: tuple[str, ...]
    separator: str
    has_header: bool
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class Layout:
    """One release's files. kind: csv, dat, item or recbole; names: the header of movies, where there is one."""

    kind: str
    ratings: RatingsFile
    movies: Path
    movie_columns: tuple[str, ...] = ()
    links: Path | None = None
    genres: Path | None = None

    def files(self) -> tuple[Path, ...]:
        """Everything that is read, in a fixed order."""
        return tuple(path for path in (self.movies, self.links, self.genres, self.ratings.path) if path)


_FOUR = ("user", "movie", "rating", "timestamp")
_CSV = {"userid": "user", "movieid": "movie", "rating": "rating", "timestamp": "timestamp"}
_RECBOLE = {"user_id": "user", "item_id": "movie", "rating": "rating", "timestamp": "timestamp"}


def layout_of(directory: Path) -> Layout:
    """Recognise a directory, or the one directory inside it.

    Raises:
        Misconfigured: one line that says what is missing or which header is wrong.
    """
    if not directory.is_dir():
        raise Misconfigured(f"no such data directory: {directory}")
    inside = [path for path in directory.iterdir() if path.is_dir()]
    for folder in (directory, *(inside if len(inside) == 1 else ())):
        for layout in _layouts(folder):
            return layout
    raise Misconfigured(
        f"{directory} is not a MovieLens data set: it needs movies.csv and ratings.csv"
        " (or movies.dat and ratings.dat, u.item and u.data, *.item and *.inter)"
    )


def _layouts(folder: Path) -> Iterator[Layout]:
    if (folder / "ratings.csv").is_file() and (folder / "movies.csv").is_file():
        links = folder / "links.csv"
        yield csv_layout(folder / "ratings.csv", folder / "movies.csv", links if links.is_file() else None)
    if (folder / "ratings.dat").is_file() and (folder / "movies.dat").is_file():
        ratings = RatingsFile(folder / "ratings.dat", _FOUR, "::", False, "latin-1")
        yield Layout("dat", ratings, folder / "movies.dat")
    if (folder / "u.data").is_file() and (folder / "u.item").is_file():
        ratings = RatingsFile(folder / "u.data", _FOUR, "\t", False, "latin-1")
        genres = folder / "u.genre"
        yield Layout("item", ratings, folder / "u.item", genres=genres if genres.is_file() else None)
    for inter in sorted(folder.glob("*.inter")):
        if (item := inter.with_suffix(".item")).is_file():
            yield _recbole(inter, item)


def csv_layout(ratings: Path, movies: Path, links: Path | None = None) -> Layout:
    """CSV files with MovieLens's columns, whatever the files are called.

    Raises:
        Misconfigured: one line that says which file is missing or which header is wrong.
    """
    movie_columns = _columns_of(movies, ("movieid", "title", "genres"), "movieId,title,genres")
    if links:
        _columns_of(links, ("movieid", "imdbid", "tmdbid"), "movieId,imdbId,tmdbId")
    return Layout("csv", csv_ratings(ratings), movies, movie_columns, links)


def csv_ratings(path: Path) -> RatingsFile:
    """One CSV file of ratings; raises as csv_layout does."""
    columns = _renamed(_header(path), _CSV)
    _require(path, columns, _FOUR, "userId,movieId,rating,timestamp")
    return RatingsFile(path, columns, ",", True)


def _columns_of(path: Path, needed: tuple[str, ...], header: str) -> tuple[str, ...]:
    columns = tuple(name.lower() for name in _header(path))
    _require(path, columns, needed, header)
    return columns


def _header(path: Path) -> list[str]:
    if not path.is_file():
        raise Misconfigured(f"{path}: no such file")
    return header_of(path, ",")


def _recbole(inter: Path, item: Path) -> Layout:
    columns = _renamed([name.partition(":")[0] for name in header_of(inter, "\t")], _RECBOLE)
    _require(inter, columns, _FOUR, "user_id, item_id, rating, timestamp")
    movie_columns = tuple(name.partition(":")[0] for name in header_of(item, "\t"))
    _require(item, movie_columns, ("item_id", "movie_title"), "item_id, movie_title")
    return Layout("recbole", RatingsFile(inter, columns, "\t", True), item, movie_columns)


def header_of(path: Path, separator: str) -> list[str]:
    """The first line's fields, without quotes, blanks and a byte order mark."""
    with path.open("rb") as file:
        line = file.readline(HEADER_LIMIT).removeprefix(BOM)
    return [field.strip().strip('"').strip() for field in line.decode("utf-8", "replace").split(separator)]


def _renamed(names: list[str], meaning: dict[str, str]) -> tuple[str, ...]:
    """The four columns under our names; any other keeps a name that cannot collide with them."""
    return tuple(meaning.get(name.lower(), f"other {at}") for at, name in enumerate(names))


def _require(path: Path, found: tuple[str, ...], needed: tuple[str, ...], header: str) -> None:
    if any(found.count(name) != 1 for name in needed):
        raise Misconfigured(f"{path} is not a MovieLens file: its first line must name the columns {header}")
