"""How a rating is taken back: what the gateway asks ingest for, and the event ids that may stand for it."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID, uuid5

from marquee.contracts.bodies import Body, BodyId, RaterId

NAMESPACE = UUID("6d617271-7565-4d65-8000-776974686472")
"""Of the event ids of withdrawals."""


class Withdrawal(Body):
    """A user takes back whatever their rating of a movie is. Internal: the public route has no body."""

    event_id: UUID
    user_id: RaterId
    movie_id: BodyId


def event_ids(user_id: int, movie_id: int, *, stars: float, rated_at_ms: int, on: date) -> Iterator[UUID]:
    """Ids for the withdrawal of one rating on one day, without end; the first that was not applied is to be used.

    They follow from the rating, so that two requests that find the same rating are one event. The rating may be given
    again with the same time and stars: its second withdrawal takes the second id, and on another day another one.
    """
    nth = 0
    while True:
        yield uuid5(NAMESPACE, f"{user_id} {movie_id} {stars:g} {rated_at_ms} {on.isoformat()} {nth}")
        nth += 1
