"""Themes: the movies that share a keyword."""

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.people_routes import MAX_NAME
from gateway.wiring import UNCHANGED, UNKNOWN_THEME, Parts
from marquee.contracts.movie_bodies import ThemeMovies
from marquee.errors import not_found

MAX_MOVIES = 200

router = APIRouter()


@router.get("/themes/{name:path}", responses=UNKNOWN_THEME | UNCHANGED, tags=["movies"])
async def theme(name: Annotated[str, Path(max_length=MAX_NAME)], parts: Parts) -> ThemeMovies:
    """The movies of a theme (a keyword of their metadata), by the whole name; case and accents make no difference."""
    found = parts.catalogue.themes.named(name)
    if found is None:
        raise not_found("theme", f"no movie has {name!r} among its keywords")
    return ThemeMovies(
        name=found.name,
        count=len(found.movies),
        movies=parts.catalogue.best_known(found.movies, at_most=MAX_MOVIES),
    )
