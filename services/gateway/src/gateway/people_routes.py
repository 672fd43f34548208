"""People: the movies of a director or actor."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Path

from gateway.movie_copy import MovieCopy
from gateway.wiring import UNKNOWN_PERSON, Parts
from marquee.contracts.bodies import CountedCard, PersonMovies
from marquee.errors import not_found

MAX_NAME = 200

router = APIRouter()


@router.get("/people/{name}", responses=UNKNOWN_PERSON, tags=["movies"])
async def person(name: Annotated[str, Path(max_length=MAX_NAME)], parts: Parts) -> PersonMovies:
    """The movies of a director or actor, by the whole name; case and accents make no difference."""
    found = parts.catalogue.index.people.named(name)
    if found is None:
        raise not_found("person", f"no movie names {name!r} as its director or in its cast")
    return PersonMovies(
        name=found.name,
        directed=_counted(parts.catalogue, found.directed),
        acted=_counted(parts.catalogue, found.acted),
    )


def _counted(catalogue: MovieCopy, movie_ids: Iterable[int]) -> tuple[CountedCard, ...]:
    cards = (card for movie_id in movie_ids if (card := catalogue.get(movie_id)) is not None)
    counted = [CountedCard(**card, ratings=catalogue.ratings(card["movie_id"])) for card in cards]
    return tuple(sorted(counted, key=lambda card: (-card.ratings, card.movie_id)))
