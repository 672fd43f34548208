"""Waiting until the events that a request names count in the online store: `after` of POST /v1/rank."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from marquee.contracts.bodies import GivenReceipt
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
    """

    space: KeySpace
    limit_s: float

    async def applied(self, after: Sequence[GivenReceipt], user_ids: Sequence[int]) -> bool:
        """Whether all events count; False when the limit has passed first, or Redis is unavailable.

        Args:
            user_ids: whose events they have to be.
        Raises:
            Refused: 422, a receipt is of none of these users' partitions, or the store is past it without its event.
        """
        _check_partitions(after, user_ids)
        places = [Place(each.event_id, (each.topic, each.partition), each.offset) for each in after]
        try:
            async with asyncio.timeout(self.limit_s):
                return await self._wait(places)
        except (TimeoutError, Transient):
            return False

    async def _wait(self, places: Sequence[Place]) -> bool:
        """Look until all count, or until the limit: up to Python 3.11 a look can end and swallow a timeout's only
        cancellation (asyncio.wait_for, with which the client writes), so the clock is asked, too.
        """
        began = monotonic()
        while (waited := monotonic() - began) < self.limit_s:
            found = await standings(self.space, places)
            _check_known(found)
            if all(standing is Standing.APPLIED for standing in found):
                return True
            await asyncio.sleep(min(max(waited / 10, SHORTEST_PAUSE_S), LONGEST_PAUSE_S))
        return False


def _check_partitions(after: Sequence[GivenReceipt], user_ids: Sequence[int]) -> None:
    own = {shard_of(user_id) for user_id in user_ids}
    wrong = [at for at, each in enumerate(after) if each.partition not in own]
    if wrong:
        raise refused_fields([(f"after[{at}].partition", "holds no event of this user") for at in wrong])


def _check_known(found: Sequence[Standing]) -> None:
    wrong = [at for at, standing in enumerate(found) if standing is Standing.UNKNOWN]
    if wrong:
        reason = "the log has another event there, or this one counted more than 7 days ago"
        raise refused_fields([(f"after[{at}].event_id", reason) for at in wrong])
