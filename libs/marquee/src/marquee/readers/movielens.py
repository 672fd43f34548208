"""MovieLens's ways of writing a movie, read one row at a time: titles, genres, links. No files here, no ratings.

All functions raise ValueError with a short text when a field cannot be used; the caller knows the line.
"""

import re
from collections.abc import Sequence

from marquee.contracts.events import MAX_ID, NO_GENRES, MovieListed

_NOT_GENRES = frozenset({"", NO_GENRES, "unknown"})
GENRE_NAMES = {"Children's": "Children"}
"""ml-100k and ml-1m say Children's, every later release says Children."""

_ARTICLES = (
    "The A An "  # English
    "Le La Les L' Un Une Des "  # French
    "Il Lo I Gli Uno Una "  # Italian, with La, Le and L'
    "El Los Las "  # Spanish, with La, Un and Una
    "O Os As Um Uma "  # Portuguese, with A
    "Der Die Das Ein Eine "  # German
    "De Het Een Den Det En Et Ett"  # Dutch and the Scandinavian languages
)
ARTICLES = frozenset(_ARTICLES.split())
"""Articles as MovieLens writes them behind a title: "Matrix, The"."""

MAX_TITLE = 1_000  # characters; the longest of MovieLens has about 200

_YEAR = re.compile(r"\s*\((\d{4})(?:\s*[-–]\s*(?:\d{4})?\s*)?\)\s*$")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_AKA = re.compile(r"^(a\.?k\.?a\.?:?\s+)(.*)$", re.IGNORECASE)
_ITEM_COLUMNS = 24  # u.item: id, title, two dates, a link, 19 genre flags


def parse_title(text: str) -> tuple[str, int | None]:
    """Split off the year and move articles back to the front, inside parentheses too.

    "Matrix, The (1999)" -> ("The Matrix", 1999)
    "City of Lost Children, The (Cité des enfants perdus, La) (1995)"
        -> ("The City of Lost Children (La Cité des enfants perdus)", 1995)

    A running series ("2007- ") has its first year. Without a year it is None. A title that is nothing but a year in
    parentheses stays as it is. Empty in, empty out.
    """
    title, year = text.strip(), None
    if (found := _YEAR.search(title)) and found.start() > 0 and 1870 <= int(found[1]) <= 2200:
        title, year = title[: found.start()].strip(), int(found[1])
    head, opening, tail = title.partition(" (")
    if opening:
        tail = _PARENTHESES.sub(lambda inner: f"({_alternative(inner[1])})", f"({tail}")
        return f"{_article_first(head)} {tail}".strip(), year
    return _article_first(title), year


def _alternative(text: str) -> str:
    if found := _AKA.match(text.strip()):
        return found[1] + _article_first(found[2])
    return _article_first(text.strip())


def _article_first(text: str) -> str:
    head, comma, article = text.rpartition(", ")
    if not comma or article.strip() not in ARTICLES:
        return text
    article = article.strip()
    return f"{article}{'' if article.endswith(chr(39)) else ' '}{head}"


def parse_genres(text: str, separator: str = "|") -> tuple[str, ...]:
    """Names in the order given, each once; what means "none" is left out."""
    names = (GENRE_NAMES.get(name, name) for part in text.split(separator) if (name := part.strip()) not in _NOT_GENRES)
    return tuple(dict.fromkeys(names))


def parse_id(text: str) -> int:
    """A positive id, also when a tool has written it as 862.0."""
    digits = text.strip().removesuffix(".0")
    if not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"not an id: {text[:40]!r}")
    if not 1 <= (value := int(digits)) <= MAX_ID:
        raise ValueError(f"id out of range: {text[:40]!r}")
    return value


def imdb_id(text: str) -> str | None:
    """ "0114709", "114709" and "tt0114709" -> "tt0114709"; empty -> None."""
    digits = text.strip().removeprefix("tt")
    return f"tt{parse_id(digits):07d}" if digits else None


def tmdb_id(text: str) -> int | None:
    """ "862" -> 862; empty -> None."""
    return parse_id(text) if text.strip() else None


def movie(movie_id: str, title: str, genres: Sequence[str]) -> MovieListed:
    """A movie of any layout, without links."""
    name, year = parse_title(title)
    if not 1 <= len(name) <= MAX_TITLE:
        raise ValueError(f"a title of {len(name):,} characters")
    return MovieListed(movie_id=parse_id(movie_id), title=name, year=year, genres=tuple(genres))


def movie_of_csv(fields: Sequence[str]) -> MovieListed:
    """movies.csv and movies.dat: movieId, title, genres."""
    movie_id, title, genres = fields[:3]
    return movie(movie_id, title, parse_genres(genres))


def movie_of_item(fields: Sequence[str], genre_names: Sequence[str]) -> MovieListed:
    """ml-100k's u.item: 24 fields, the last 19 are flags in the order of u.genre."""
    if len(fields) != _ITEM_COLUMNS:
        raise ValueError(f"{len(fields)} columns, not {_ITEM_COLUMNS}")
    names = [name for name, flag in zip(genre_names, fields[5:], strict=True) if flag.strip() == "1"]
    return movie(fields[0], fields[1], parse_genres("|".join(names)))


def movie_of_recbole(movie_id: str, title: str, year: str, genres: str) -> MovieListed:
    """RecBole's .item: the year stands in a column of its own and genres are separated by spaces."""
    dated = f"{title} ({year.strip()})" if re.fullmatch(r"\d{4}", year.strip()) else title
    return movie(movie_id, dated, parse_genres(genres, " "))
