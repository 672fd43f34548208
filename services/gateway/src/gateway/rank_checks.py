"""What only the catalogue can say of a ranking's request: whether the movies, genres and people that it names exist."""

from collections.abc import Iterator

from gateway.wiring import Wiring, known_card
from marquee.contracts.rank_request import RankRequest
from marquee.contracts.reason_codes import ReasonCode
from marquee.errors import refused_fields
from marquee.stores.cards import Names


def require_known(parts: Wiring, body: RankRequest) -> None:
    """Check the names of a request.

    Raises:
        Refused: 404 for the movie that others shall be similar to, 422 for unknown movies that a guest rated, and for
            what is muted and is neither a reason code nor a genre nor a person.
    """
    if body.movie_id is not None:
        known_card(parts, body.movie_id)
    unknown = [
        (f"ratings[{at}].movie_id", f"unknown movie {rating.movie_id}")
        for at, rating in enumerate(body.ratings or ())
        if parts.catalogue.get(rating.movie_id) is None
    ]
    unknown += [
        (f"mute[{at}]", "neither a reason code nor a genre nor the name of a director or actor")
        for at, name in enumerate(body.mute)
        if not _is_belief(parts, name)
    ]
    if unknown:
        raise refused_fields(unknown)


def _is_belief(parts: Wiring, name: str) -> bool:
    """Names are compared without case, but with their accents, as the ranker compares them."""
    folded = name.casefold()
    if folded in set(ReasonCode) or folded in parts.catalogue.genres:
        return True
    return any(spelling.casefold() == folded for spelling in _spellings(parts, name))


def _spellings(parts: Wiring, name: str) -> Iterator[str]:
    """The people of the movies of whoever is called like this, but perhaps for accents."""
    found = parts.catalogue.index.people.named(name)
    for movie_id in found.movies if found else ():
        known = parts.catalogue.cards.names.get(movie_id, Names())
        yield from known.directors
        yield from known.cast
