"""What each event id was given to: an id stands for one rating or act, so another one under it is refused.

The stores recognise a repeated id within a user's shard only, and keep the first of two silently. Here the
second one is refused, whoever sends it. While Redis is unavailable, this process's memory and the stores remain.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from uuid import UUID

import structlog

from marquee.contracts.activity_bodies import UserEvent
from marquee.contracts.keys import EVENT_ID_TTL_S, claim
from marquee.contracts.rating_bodies import LiveRating
from marquee.contracts.withdrawals import Withdrawal
from marquee.errors import refused_fields
from marquee.stores.key_space import FAILURES, KeySpace
from marquee.stores.scripts import set_free

log = structlog.get_logger()

BLIND_S = 1.0
"""A Redis that did not answer in time is left alone for so long. Every call that is given up costs a connection: asking
on would keep a busy machine busy."""

REPORTED_S = 60.0
"""Without a failure for so long, the next one is reported again."""

REMEMBERED = 100_000
"""Event ids that this process remembers: some 20 MB."""

Digests = Mapping[UUID, bytes]


class Claims:
    """Claims event ids, in Redis for as long as the stores recognise them, and in memory.

    Args:
        timeout_s: how long one request waits for Redis, at most.
    """

    def __init__(
        self,
        space: KeySpace,
        *,
        timeout_s: float,
        remembered: int = REMEMBERED,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._space = space
        self._timeout_s = timeout_s
        self._remembered = remembered
        self._memory: OrderedDict[UUID, bytes] = OrderedDict()
        self._clock = clock
        self._blind_until = self._reported_until = float("-inf")

    async def claim(self, ratings: Sequence[LiveRating]) -> None:
        """Claim each rating's event id, all different. A rating that was sent before has its claim already.

        Claims are kept when the ratings are not stored afterwards: whether they were is not always known, and the
        same ratings can be sent again.

        Raises:
            Refused: 422, an id was used for another rating: another user, movie or number of stars. None is claimed.
        """
        await self._claim({rating.event_id: digest_of(rating) for rating in ratings}, "ratings[{}].event_id", "rating")

    async def claim_events(self, events: Sequence[UserEvent]) -> None:
        """The same for what users did with movies in lists.

        Raises:
            Refused: 422, an id was used for another user, movie, kind or reason, or for a rating. None is claimed.
        """
        await self._claim({event.event_id: digest_of_event(event) for event in events}, "events[{}].event_id", "event")

    async def claim_withdrawal(self, body: Withdrawal) -> None:
        """Claim a withdrawal's event id, so that no rating can be sent under it; sent again it has its claim already.

        Raises:
            Refused: 422, the id was used for something else.
        """
        digest = _digest(f"withdrawn {body.user_id} {body.movie_id}")
        await self._claim({body.event_id: digest}, "event_id", "event")

    async def _claim(self, wanted: Digests, field: str, what: str) -> None:
        """Claim ids, or refuse those that stand for something else; `{}` in the field is an id's place among them."""
        taken = _others(wanted, self._memory)
        if not taken:
            new = [event_id for event_id in wanted if event_id not in self._memory]  # keys() - keys() visits them all
            self._remember(wanted)  # before Redis is queried: a concurrent request sees it at once
            taken = await self._claim_in_redis(wanted)
            if taken:
                self._forget(new)
                self._remember(taken)
        if taken:
            places = [at for at, event_id in enumerate(wanted) if event_id in taken]
            raise refused_fields([(field.format(at), f"was used for another {what}") for at in places])

    async def _claim_in_redis(self, wanted: Digests) -> Digests:
        """The ids that stand for another rating. When there are any, the rest is released."""
        if self._clock() < self._blind_until:
            return {}
        try:
            async with asyncio.timeout(self._timeout_s):
                held = await self._set(wanted)
                taken = _others(wanted, held)
                if taken and (new := [event_id for event_id in wanted if event_id not in held]):
                    await self._space.redis.delete(*(claim(self._space.name, event_id) for event_id in new))
        except FAILURES as error:
            self._blind_until = self._clock() + BLIND_S
            if self._clock() >= self._reported_until:
                log.warning("event_ids_not_checked", error=f"redis: {type(error).__name__}: {error}".strip(": "))
            self._reported_until = self._clock() + REPORTED_S
            return {}
        return taken

    async def _set(self, wanted: Digests) -> Digests:
        """Claim what is free; returns what was claimed before."""
        values = {claim(self._space.name, event_id): digest for event_id, digest in wanted.items()}
        before = await set_free(self._space.redis, values, ttl_s=EVENT_ID_TTL_S)
        return {event_id: held for event_id, held in zip(wanted, before, strict=True) if held is not None}

    def _remember(self, digests: Digests) -> None:
        for event_id, digest in digests.items():
            self._memory[event_id] = digest
            self._memory.move_to_end(event_id)
        while len(self._memory) > self._remembered:
            self._memory.popitem(last=False)

    def _forget(self, event_ids: Iterable[UUID]) -> None:
        for event_id in event_ids:
            self._memory.pop(event_id, None)


def digest_of(rating: LiveRating) -> bytes:
    """16 bytes that tell ratings apart: user, movie and stars. The time is left out: a retry may have a new one."""
    return _digest(f"{rating.user_id} {rating.movie_id} {rating.rating:g}")


def digest_of_event(event: UserEvent) -> bytes:
    """The same for events: user, movie, kind and reason."""
    return _digest(f"{event.kind} {event.user_id} {event.movie_id} {event.reason or ''}")


def _digest(content: str) -> bytes:
    return blake2b(content.encode(), digest_size=16).digest()


def _others(wanted: Digests, held: Digests) -> Digests:
    """What is held by another rating than the wanted one."""
    return {event_id: held[event_id] for event_id in wanted if held.get(event_id, wanted[event_id]) != wanted[event_id]}
