"""What a withdrawal has to know of the online store: that there is a rating, and which event id is free for it."""

from datetime import date
from itertools import islice
from uuid import UUID

import numpy as np

from marquee.contracts.topics import shard_of
from marquee.contracts.withdrawals import event_ids
from marquee.stores.key_space import transient
from marquee.stores.online import RatingStore

IDS_AT_ONCE = 4


async def withdrawal_id(store: RatingStore, user_id: int, movie_id: int, *, on: date) -> UUID | None:
    """The event id under which a user's rating of a movie is to be taken back; None without such a rating.

    Until the withdrawal is applied it is the same id for every caller, so that a repeated request counts once.

    Args:
        on: today, in UTC.
    Raises:
        Transient: Redis is unavailable, or the user's shard is being filled again.
    """
    state = await store.user(user_id)
    found = np.flatnonzero(state.movie_id == movie_id)
    if not len(found):
        return None
    at, keys = int(found[0]), store.keys(shard_of(user_id))
    candidates = event_ids(user_id, movie_id, stars=float(state.rating[at]), rated_at_ms=int(state.rated_at[at]), on=on)
    while True:
        some = list(islice(candidates, IDS_AT_ONCE))
        async with transient():
            marks = await store.space.redis.mget([keys.event(event_id) for event_id in some])
        for event_id, mark in zip(some, marks, strict=True):
            if mark is None:
                return event_id
