"""Keeping rankings for their next pages: noted while answering, worked out and written to Redis after the answer."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import structlog

from marquee.contracts.rank_request import MAX_K, RankRequest
from marquee.errors import Refused, Transient, gone
from ranker.answers import FirstPage, Keep
from ranker.pinning.bins import Bins, TooManyThresholds
from ranker.pinning.pin import Pin
from ranker.pinning.store import KEPT_S, PinStore
from ranker.pinning.tokens import PageToken, new_secret, page_token
from ranker.pinning.whole import kept_order
from ranker.scoring import RankerModel
from ranker.serving import Serving

log = structlog.get_logger()

WAITING = 32
"""Rankings that may wait to be written, with all their arrays; while there are as many, answers get no next page."""
REMEMBERED_LOST = 1_000
"""Rankings that could not be written and whose ids are known, the newest."""
AWAY_S = 0.5
"""How long no ranking is kept, or looked for, after Redis did not answer."""
FRESH_S = 5
"""The age of a token whose ranking may still be on its way to Redis."""
LOOK_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class _Noted:
    """A ranking on its way to Redis."""

    ranking_id: str
    secret: bytes
    created_ms: int
    request: RankRequest
    serving: Serving
    page: FirstPage


@dataclass(slots=True)
class Pins:
    """The rankings whose next pages can be asked for.

    Attributes:
        limit_s: for reading one or writing one.
        clock: Unix seconds.
        seen_s: for seeing whether one is still there; without an answer it is ranked again.
        writing_s: how long a page waits for a ranking that may still be on its way to Redis.
    """

    store: PinStore
    limit_s: float
    clock: Callable[[], float]
    seen_s: float
    writing_s: float = 0.25
    _lost: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED_LOST))
    _noted: "asyncio.Queue[_Noted]" = field(default_factory=asyncio.Queue)
    _away_until: float = 0.0
    _bins: tuple[RankerModel, Bins | None] | None = None  # of the newest model

    def keep_for(self, request: RankRequest, serving: Serving, ranking_id: str) -> Keep:
        """What an answer calls with its first page, to have the ranking kept and to get the token of the next page.

        It may be called on another thread.
        """
        loop = asyncio.get_running_loop()

        def keep(page: FirstPage) -> str | None:
            now = self.clock()
            if self._noted.qsize() >= WAITING or now < self._away_until or page.user.missing == "redis":
                return None
            if page.candidates is None and len(page.ranked) >= MAX_K:
                return None  # movies similar to one, and the cold list, are kept to their first MAX_K
            secret = new_secret()
            noted = _Noted(ranking_id, secret, int(now * 1_000), request, serving, page)
            loop.call_soon_threadsafe(self._noted.put_nowait, noted)
            return page_token(secret, ranking_id, start=len(page.ranked), issued_s=int(now))

        return keep

    async def write(self) -> None:
        """Write what is noted, one after the other, worked out beside the event loop. Never ends: a ranking that cannot
        be kept only has no next page.
        """
        while True:
            noted = await self._noted.get()
            try:
                value = await asyncio.to_thread(self._packed, noted)
                async with asyncio.timeout(self.limit_s):
                    await self.store.put(noted.ranking_id, value, now_ms=noted.created_ms)
            except (Transient, TimeoutError) as error:
                self._away_until = self.clock() + AWAY_S
                self._lost.append(noted.ranking_id)
                log.warning("ranking_not_kept", ranking_id=noted.ranking_id, error=str(error) or "timeout")
            except Exception as error:  # a bug here must not end the service, whose answers are complete without it
                self._lost.append(noted.ranking_id)
                log.error("ranking_not_kept", ranking_id=noted.ranking_id, exc_info=error)

    def is_lost(self, ranking_id: str) -> bool:
        """Whether the ranking was not written a short while ago."""
        return ranking_id in self._lost

    async def is_kept(self, ranking_id: str) -> bool:
        """Whether the ranking's next pages can be asked for; False, too, while Redis does not answer."""
        if self.clock() < self._away_until:
            return False
        try:
            async with asyncio.timeout(self.seen_s):
                return await self.store.has(ranking_id)
        except (Transient, TimeoutError):
            self._away_until = self.clock() + AWAY_S
            return False

    async def read(self, ranking_id: str, token: PageToken) -> Pin:
        """The ranking that gave this token.

        Raises:
            Refused: 410, it is no longer kept; 422, it did not give the token.
            Transient: Redis is unavailable.
        """
        value = await self._value(ranking_id, token)
        if value is None:
            raise no_longer_kept()
        try:
            pin = Pin.read(value)
        except KeyError:  # another release has kept it
            raise no_longer_kept() from None
        token.prove(pin.secret, ranking_id)
        if self.clock() - pin.created_ms / 1_000 > KEPT_S:
            raise no_longer_kept()
        return pin

    def bins_of(self, model: RankerModel) -> Bins | None:
        """The thresholds of a model; None without one, or if its rows do not fit into bytes."""
        found = self._bins  # read once: pages are answered on another thread than rankings are packed on
        if found is None or found[0] is not model:
            found = self._bins = (model, _bins_of(model))
        return found[1]

    async def _value(self, ranking_id: str, token: PageToken) -> bytes | None:
        """The pin's bytes, waited for if the ranking is so young that they may still be written."""
        is_young = abs(self.clock() - token.issued_s) < FRESH_S
        give_up = monotonic() + (self.writing_s if is_young else 0)
        try:
            async with asyncio.timeout(self.limit_s):
                while True:
                    value = await self.store.get(ranking_id)
                    if value is not None or monotonic() >= give_up:
                        return value
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise Transient("redis: a ranking was not read in time", what="redis") from None

    def _packed(self, noted: _Noted) -> bytes:
        return self._pin(noted).packed()

    def _pin(self, noted: _Noted) -> Pin:
        page, request, serving = noted.page, noted.request, noted.serving
        return Pin(
            secret=noted.secret,
            created_ms=noted.created_ms,
            model_version=serving.model.version,
            user_id=None if request.overrides else request.user_id,
            movie_id=request.movie_id,
            k=request.k,
            explain=request.explain,
            rung=page.rung,
            degraded=tuple(page.degraded),
            candidates=page.candidates,
            user=page.user.state,
            order=kept_order(page, request, serving, self.bins_of(serving.model)),
        )


def no_longer_kept() -> Refused:
    """The refusal of a page whose ranking is not there, or too old."""
    minutes = KEPT_S // 60
    return gone("ranking", f"this ranking is no longer kept: pages can be asked for within {minutes} minutes")


def _bins_of(model: RankerModel) -> Bins | None:
    if model.bundle.trees is None:
        return None
    try:
        return Bins.of(model.bundle.trees, len(model.bundle.manifest.features))
    except TooManyThresholds as error:
        log.warning("next_pages_without_citations", model_version=model.version, error=str(error))
        return None
