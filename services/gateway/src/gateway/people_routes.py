"""People: the movies of a director or actor."""

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.wiring import UNCHANGED, UNKNOWN_PERSON, Parts
from marquee.contracts.movie_bodies import PersonMovies
from marquee.errors import not_found

MAX_NAME = 200

router = APIRouter()


@router.get("/people/{name}", responses=UNKNOWN_PERSON | UNCHANGED, tags=["movies"])
async def person(name: Annotated[str, Path(max_length=MAX_NAME)], parts: Parts) -> PersonMovies:
    """The movies of a director or actor, by the whole name; case and accents make no difference."""
    found = parts.catalogue.index.people.named(name)
    if found is None:
        raise not_found("person", f"no movie names {name!r} as its director or in its cast")
    return PersonMovies(
        name=found.name,
        directed=parts.catalogue.best_known(found.directed),
        acted=parts.catalogue.best_known(found.acted),
    )
