"""From TMDB's movie body to our event. Pure; any field may be missing or of another type than documented."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from marquee.contracts.events import MetadataStatus, MovieEnriched
from marquee.readers.tmdb_file import MAX_KEYWORDS, distinct, number, poster_path, release_year

MAX_CAST = 15


class Lookup(NamedTuple):
    """A movie to look up at TMDB."""

    movie_id: int
    tmdb_id: int | None


def found(movie: Lookup, body: dict[str, Any], *, fetched_at: datetime) -> MovieEnriched:
    """Movie details with credits and keywords appended. What cannot be read is left out, e.g. a popularity of "n/a"."""
    people = body.get("credits")
    crew = _dicts(people, "crew")
    cast = sorted(_dicts(people, "cast"), key=lambda person: number(person.get("order")) or 0.0)
    vote_count = number(body.get("vote_count"))
    return MovieEnriched(
        movie_id=movie.movie_id,
        status=MetadataStatus.FOUND,
        tmdb_id=movie.tmdb_id,
        title=_text(body, "title"),
        original_title=_text(body, "original_title"),
        original_language=_text(body, "original_language"),
        genres=_names(_dicts(body, "genres")),
        release_year=release_year(body.get("release_date")),
        runtime_min=int(number(body.get("runtime")) or 0) or None,
        popularity=number(body.get("popularity")),  # text in old answers
        vote_average=number(body.get("vote_average")),
        vote_count=None if vote_count is None else int(vote_count),
        overview=_text(body, "overview"),
        poster_path=poster_path(body.get("poster_path")),
        directors=_names(person for person in crew if person.get("job") == "Director"),
        cast=_names(cast)[:MAX_CAST],
        keywords=_names(_dicts(body.get("keywords"), "keywords"))[:MAX_KEYWORDS],
        fetched_at=fetched_at,
    )


def empty(movie: Lookup, status: MetadataStatus, *, fetched_at: datetime) -> MovieEnriched:
    """An answer without data: not_found or unavailable."""
    return MovieEnriched(movie_id=movie.movie_id, tmdb_id=movie.tmdb_id, status=status, fetched_at=fetched_at)


def _dicts(parent: object, name: str) -> list[dict[str, Any]]:
    children = parent.get(name) if isinstance(parent, dict) else None
    return [child for child in children if isinstance(child, dict)] if isinstance(children, list) else []


def _names(rows: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    return distinct([row["name"] for row in rows if isinstance(row.get("name"), str)])


def _text(body: dict[str, Any], name: str) -> str | None:
    value = body.get(name)
    return (value.strip() or None) if isinstance(value, str) else None
