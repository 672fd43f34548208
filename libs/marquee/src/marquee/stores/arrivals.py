"""Word that a topic has new records, over Redis, for a reader whose broker does not hold an empty fetch back.

A hint: the reader finds the records without it, only later. So nothing is retried, and nobody waits for it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from redis.asyncio.client import PubSub

from marquee.contracts.keys import arrivals
from marquee.stores.key_space import FAILURES, KeySpace

SENT_WITHIN_S = 1.0
"""A Redis that takes longer is not waited for: its reader could not store the records either."""

LISTEN_S = 30.0
SUBSCRIBED_AGAIN_S = 1.0


@dataclass(slots=True)
class Announcer:
    """Announces records in the background, one announcement at a time: those that come meanwhile share the next one.

    Attributes:
        is_heard: whether anybody listens; if not, nothing is sent.
    """

    space: KeySpace
    is_heard: bool = True
    _is_due: bool = False
    _sending: asyncio.Task[None] | None = field(default=None)

    def announce(self) -> None:
        """Say that there are new records; call it once the broker has acknowledged them. Never waits, never fails."""
        if not self.is_heard:
            return
        self._is_due = True
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(), name="announce")

    async def _send(self) -> None:
        while self._is_due:
            self._is_due = False
            try:
                async with asyncio.timeout(SENT_WITHIN_S):
                    await self.space.redis.publish(arrivals(self.space.name), b"")
            except FAILURES:
                return

    async def aclose(self) -> None:
        """End an announcement that is under way."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait([self._sending])


async def listen(space: KeySpace, arrived: Callable[[], None]) -> None:
    """Call `arrived` at each announcement, and after each interruption, until cancelled."""
    while True:
        try:
            await space.redis.ping()  # a cluster's client subscribes at a node that it knows already
            async with space.redis.pubsub(ignore_subscribe_messages=True) as subscription:
                await subscription.subscribe(arrivals(space.name))
                arrived()
                await _listen(subscription, arrived)
        except FAILURES:
            await asyncio.sleep(SUBSCRIBED_AGAIN_S)


async def _listen(subscription: PubSub, arrived: Callable[[], None]) -> None:
    while True:
        if await subscription.get_message(timeout=LISTEN_S) is not None:
            arrived()
