"""Which rankings users were shown, put on activity.v1 through ingest. A request pays for a note in memory alone.

A note is the answer's bytes; a task reads them later and sends what it read in batches. While ingest does not answer it
sends the same again, and the queue fills up: what has no room is dropped and counted. The event id follows from the
ranking and its first position, so that sending again, or answering a page again, is the same impression; an answer that
the ranker had in its cache is another one each time.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, uuid4, uuid5

import orjson
import structlog
from msgspec import Struct, field
from msgspec.json import Decoder
from prometheus_client import Counter

from gateway.upstream import Upstream
from marquee.contracts.activity_bodies import MAX_IMPRESSIONS
from marquee.contracts.bodies import VISITOR_ID
from marquee.contracts.events import Act
from marquee.errors import Transient

log = structlog.get_logger()

IMPRESSIONS = Counter(
    "marquee_impressions_total", "Shown rankings: on the log (sent), without room (dropped), unusable", ["outcome"]
)

QUEUE_BYTES = 16 * 1_048_576
"""Of answers that wait: some 800 of 25 movies with reasons."""
LINGER_S = 1.0
"""How long the first impression waits for others: each batch is a file in the event log."""
RETRY_S = 2.0
MAX_POST_BYTES = 200_000
"""Of one batch; ingest takes 256 KiB."""
LAST_TRY_S = 0.5
"""How long the end of the service is held up by impressions that have not been sent."""

PROPENSITY = 1.0
"""Rankings are deterministic: whatever stands at a place had to stand there."""


class Shown(NamedTuple):
    """An answer that was sent to a user."""

    user_id: int
    at_ms: int
    body: bytes


class CardRead(Struct):
    """What is read of a card."""

    movie_id: int
    rank: int
    score: float


class MetaRead(Struct):
    """What is read of how an answer came about."""

    cached: bool = False


class RankingRead(Struct):
    """What is read of an answer: all else of it, such as the reasons, is skipped and becomes no Python object.

    With reasons it would be thousands of them, and Python's garbage collector would run several times for each answer.
    """

    ranking_id: str
    model_version: str | None
    items: list[CardRead]
    meta: MetaRead = field(default_factory=MetaRead)


_READ = Decoder(RankingRead)


class Impressions:
    """The queue, and the task that empties it.

    Args:
        is_on: False notes nothing.
        queue_bytes: of answers that may wait.
    """

    def __init__(
        self,
        ingest: Upstream,
        *,
        is_on: bool = True,
        queue_bytes: int = QUEUE_BYTES,
        linger_s: float = LINGER_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ingest, self._is_on, self._clock, self._linger_s = ingest, is_on, clock, linger_s
        self._room = queue_bytes
        self._queue: deque[Shown] = deque()
        self._in_hand: list[bytes] = []
        self._arrived = asyncio.Event()

    def note(self, user_id: int, body: bytes) -> None:
        """Note that a user was sent this answer; nothing for the visitor, of whom nothing is kept."""
        if not self._is_on or user_id == VISITOR_ID:
            return
        if len(body) > self._room:
            IMPRESSIONS.labels("dropped").inc()
            return
        self._room -= len(body)
        self._queue.append(Shown(user_id, int(self._clock() * 1_000), body))
        self._arrived.set()

    async def run(self) -> None:
        """Send what was noted, until cancelled."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(self._linger_s)
            self._arrived.clear()
            await self._send_all()

    async def last_try(self) -> None:
        """Send what is left, at the end of the service, if ingest answers at once."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_TRY_S):
                await self._send_all()

    async def _send_all(self) -> None:
        is_reported = False
        while await self._fill():
            body = b'{"impressions":[' + b",".join(self._in_hand) + b"]}"
            try:
                answer = await self._ingest.post("/v1/impressions", body, request_id=uuid4().hex)
            except Transient as error:
                if not is_reported:
                    log.warning("impressions_wait", error=str(error))
                is_reported = True
                await asyncio.sleep(RETRY_S)
                continue
            is_refused = answer.status_code != 202
            if is_refused:
                log.error("impressions_refused", status=answer.status_code, answer=bytes(answer.body)[:500])
            IMPRESSIONS.labels("unusable" if is_refused else "sent").inc(len(self._in_hand))
            self._in_hand = []

    async def _fill(self) -> bool:
        """Read waiting answers into a batch, unless one is in hand; returns whether there is one."""
        if self._in_hand:
            return True
        size = 0
        while self._queue and len(self._in_hand) < MAX_IMPRESSIONS and size < MAX_POST_BYTES:
            shown = self._queue.popleft()
            self._room += len(shown.body)
            if event := _encoded(shown):
                self._in_hand.append(event)
                size += len(event)
            await asyncio.sleep(0)  # requests first
        return bool(self._in_hand)


def _encoded(shown: Shown) -> bytes | None:
    """The event as JSON; None for an empty list, and for a body that is no ranking, which is counted."""
    try:
        event = impression(shown)
    except ValueError as error:
        log.error("impression_unusable", error=f"{type(error).__name__}: {error}")
        IMPRESSIONS.labels("unusable").inc()
        return None
    return None if event is None else orjson.dumps(event)


def impression(shown: Shown) -> Mapping[str, Any] | None:
    """The `UserActed` event of an answer, as JSON would have it; None for an empty list.

    Raises:
        ValueError: the body is no ranking.
    """
    ranking = _READ.decode(shown.body)
    items = ranking.items
    if not items:
        return None
    # a ranking that the ranker sent again was shown again
    showing = f" {shown.at_ms}" if ranking.meta.cached else ""
    return {
        "event_id": uuid5(NAMESPACE_OID, f"marquee {ranking.ranking_id} {items[0].rank}{showing}"),
        "user_id": shown.user_id,
        "kind": Act.SHOWN,
        "acted_at_ms": shown.at_ms,
        "movie_id": [card.movie_id for card in items],
        "ranking_id": ranking.ranking_id,
        "model_version": ranking.model_version,
        "position": [card.rank for card in items],
        "score": [card.score for card in items],
        "propensity": [PROPENSITY] * len(items),
    }
