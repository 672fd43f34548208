"""Waiting until the events that a request names count in the online store: `after` of POST /v1/rank."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from marquee.contracts.rating_bodies import GivenReceipt
from marquee.contracts.topics import shard_of
from marquee.errors import Transient, refused_fields
from marquee.stores.applied import Place, Standing, standings
from marquee.stores.key_space import KeySpace

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.003, 0.015
"""Between two looks; a tenth of the time waited so far, within these."""


@dataclass(frozen=True, slots=True)
class ReceiptWait:
    """Waits for events in one key space.

    Attributes:
        limit_s: for the whole wait, reading included.
        look_s: for one look.
    """

    space: KeySpace
    limit_s: float
    look_s: float

    async def applied(self, after: Sequence[GivenReceipt]) -> bool:
        """Whether all events count; False when the limit has passed first.

        Raises:
            Refused: 422, the store is past a receipt without its event.
            Transient: Redis is unavailable, or a look took too long.
        """
        places = [Place(each.event_id, (each.topic, each.partition), each.offset) for each in after]
        try:
            async with asyncio.timeout(self.limit_s):
                return await self._wait(places)
        except TimeoutError:
            return False

    async def _wait(self, places: Sequence[Place]) -> bool:
        """Look until all count, or until the limit: up to Python 3.11 a look can end and swallow a timeout's only
        cancellation (asyncio.wait_for, with which the client writes), so the clock is asked, too.
        """
        began = monotonic()
        while (waited := monotonic() - began) < self.limit_s:
            found = await self._look(places)
            _check_known(found)
            if all(standing is Standing.APPLIED for standing in found):
                return True
            await asyncio.sleep(min(max(waited / 10, SHORTEST_PAUSE_S), LONGEST_PAUSE_S))
        return False

    async def _look(self, places: Sequence[Place]) -> list[Standing]:
        try:
            async with asyncio.timeout(self.look_s):
                return await standings(self.space, places)
        except TimeoutError:
            raise Transient("redis: receipts were not looked up in time", what="redis") from None


def require_own(after: Sequence[GivenReceipt], user_ids: Sequence[int]) -> None:
    """Check that each receipt may be of an event of these users.

    Raises:
        Refused: 422, one is of none of their partitions.
    """
    own = {shard_of(user_id) for user_id in user_ids}
    wrong = [at for at, each in enumerate(after) if each.partition not in own]
    if wrong:
        raise refused_fields([(f"after[{at}].partition", "holds no event of this user") for at in wrong])


def _check_known(found: Sequence[Standing]) -> None:
    wrong = [at for at, standing in enumerate(found) if standing is Standing.UNKNOWN]
    if wrong:
        reason = "the log has another event there, or this one counted more than 7 days ago"
        raise refused_fields([(f"after[{at}].event_id", reason) for at in wrong])
