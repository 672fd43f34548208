"""Themes: the movies that share a keyword."""

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.people_routes import MAX_NAME
from gateway.wiring import UNKNOWN_THEME, Parts
from marquee.contracts.bodies import CountedCard, ThemeMovies
from marquee.errors import not_found

MAX_MOVIES = 200

router = APIRouter()


@router.get("/themes/{name:path}", responses=UNKNOWN_THEME, tags=["movies"])
async def theme(name: Annotated[str, Path(max_length=MAX_NAME)], parts: Parts) -> ThemeMovies:
    """The movies of a theme (a keyword of their metadata), by the whole name; case and accents make no difference."""
    catalogue = parts.catalogue
    found = catalogue.themes.named(name)
    if found is None:
        raise not_found("theme", f"no movie has {name!r} among its keywords")
    best_known = sorted(found.movies, key=lambda movie_id: (-catalogue.ratings(movie_id), movie_id))[:MAX_MOVIES]
    cards = (card for movie_id in best_known if (card := catalogue.get(movie_id)) is not None)
    return ThemeMovies(
        name=found.name,
        count=len(found.movies),
        movies=tuple(CountedCard(**card, ratings=catalogue.ratings(card["movie_id"])) for card in cards),
    )
