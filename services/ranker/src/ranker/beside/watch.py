"""The watch on the models of one process: counts what they do to users, and ranks with a shadow while nobody waits."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TypeVar
from uuid import uuid4

import structlog
from prometheus_client import Counter, Gauge

from marquee.bundle import BundleRefused
from marquee.contracts.events import ModelChanged
from marquee.contracts.rank_request import RankRequest
from marquee.contracts.serving_reports import Role
from marquee.errors import MarqueeError
from ranker.beside.looking import Asked, ShadowFailed, SomebodyWaits, compared, is_comparable, is_plain, looked_at
from ranker.beside.tally import Looked, Tally
from ranker.freed import give_back_freed
from ranker.online import KnownUser, Online
from ranker.pool import RankingPool
from ranker.scoring import RankerModel
from ranker.serving import Serving

T = TypeVar("T")
log = structlog.get_logger()

BESIDE = Counter(
    "marquee_rankings_beside_total",
    "Rankings computed again beside their answers: done, failed, or dropped because somebody waited (busy) or one was "
    "under way (behind)",
    ["role", "outcome"],
)
SHADOWS = Gauge("marquee_shadow_models", "Processes that rank with a shadow", multiprocess_mode="livesum")

SOON_S = 0.02
"""After an answer is handed on, before its ranking is looked at: by then it is on its way."""
WAITS_S, LOOK_EVERY_S = 1.0, 0.005
"""How long a moment is waited for in which nobody waits, and how often it is looked for."""
HANGS_S = 30.0
"""A ranking by a shadow that takes longer has failed."""
PAUSE, PAUSE_WITH_SHADOW = 19.0, 4.0
"""A pause after each, in times of what it took: a twentieth of one processor, and a fifth while there is a shadow."""
LONGEST_PAUSE_S = 10.0
MOST_OVER = 4
"""Counts of models that no longer answer which are kept while they cannot be told; the trainer reads the newest two."""
STATE_AGE_S = 10.0
"""How old the movies' state may be that a shadow ranks with, while it changes."""


@dataclass(slots=True)
class _Shadow:
    """A model that is ranked with and not shown. `served` is the champion's generation that its state is as old as."""

    event: ModelChanged
    tally: Tally
    model: RankerModel | None = None
    serving: Serving | None = None
    generation: int = 0
    built_at: float = 0.0


@dataclass(slots=True)
class Watch:
    """Counts and looks; all but the looking is on the event loop.

    Args:
        clock: seconds, never going back. now: the time that reports carry.
        hangs_s, pauses: see HANGS_S; times of what a ranking took, without and with a shadow.
    """

    online: Online
    pool: RankingPool
    process: str = field(default_factory=lambda: uuid4().hex[:16])
    clock: Callable[[], float] = monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    hangs_s: float = HANGS_S
    pauses: tuple[float, float] = (PAUSE, PAUSE_WITH_SHADOW)
    _champion: Tally | None = None
    _over: list[Tally] = field(default_factory=list)
    _shadow: _Shadow | None = None
    _next: asyncio.Queue[Asked] = field(default_factory=lambda: asyncio.Queue(maxsize=1))
    _is_looking: bool = False

    @property
    def is_at_rest(self) -> bool:
        """Whether no ranking is looked at, or waits to be."""
        return self._next.empty() and not self._is_looking

    @contextmanager
    def over(
        self, request: RankRequest, serving: Serving, users: Sequence[KnownUser]
    ) -> Iterator[Callable[[int], None]]:
        """Watch one ranking being computed; call what is given with the number of its movies once it is there."""
        user_id = request.user_id
        is_current = serving.model.version == self.online.model_version  # no model is swapped meanwhile
        if user_id is None or not is_current or not is_plain(request, users[0]):
            yield lambda _: None
            return
        tally = self.tally_of(serving)

        def answered(movies: int) -> None:
            tally.answered(user_id, movies=movies)
            self._offer(Asked(user_id, users[0], serving), tally)

        try:
            yield answered
        except MarqueeError:
            raise  # refused, or no time: not the model's fault
        except Exception as error:
            tally.failed(user_id, f"{type(error).__name__}: {error}")
            raise

    def tally_of(self, serving: Serving) -> Tally:
        """The counts of the model that answers; another one, or one that has counted for long, begins anew."""
        version, before = serving.model.version, self._champion
        if before is None or before.version != version or before.is_over(self.now()):
            if before is not None and before.is_changed:
                self._over.append(before)
            training = serving.model.bundle.distribution
            self._champion = Tally(self.process, version, Role.CHAMPION, training, self.now())
        assert self._champion is not None  # noqa: S101  # set above
        return self._champion

    def tallies(self) -> list[Tally]:
        """Those with something new, also of models that no longer serve; each is given once per change."""
        over, self._over = self._over, []
        current = [self._champion, self._shadow.tally if self._shadow else None]
        changed = [*over, *(one for one in current if one is not None and (one.is_changed or one.has_failed_as_shadow))]
        for one in changed:
            one.is_changed = False
        return changed

    def put_back(self, tallies: Sequence[Tally]) -> None:
        """These could not be told: `tallies` gives them again."""
        current = [self._champion, self._shadow.tally if self._shadow else None]
        for one in tallies:
            one.is_changed = True
            if not any(one is other for other in current):
                self._over.append(one)
        del self._over[:-MOST_OVER]

    async def follow(self, event: ModelChanged | None) -> None:
        """Take this model as the shadow, or none; what it takes of memory is freed when it is no longer one."""
        before = self._shadow
        if before is not None and event is not None and before.event.version == event.version:
            return
        if before is not None:
            self._drop()
            await asyncio.to_thread(give_back_freed)
        if event is None:
            return
        tally = Tally(self.process, event.version, Role.SHADOW, None, self.now())
        shadow = self._shadow = _Shadow(event, tally)
        try:
            model = await self.online.opened(event)
        except BundleRefused as error:
            log.error("shadow_refused", version=event.version, error=str(error))
            tally.failed(None, f"its bundle is refused: {self._public(error)}")
            return
        shadow.model, tally.training = model, model.bundle.distribution
        SHADOWS.set(1)
        log.info("shadow_in_use", version=event.version)

    async def look(self) -> None:
        """Rank again what was answered, one at a time. Never ends: what goes wrong here costs no answer."""
        while True:
            asked = await self._next.get()
            self._is_looking = True
            started = self.clock()
            try:
                await self._wait_for_a_free_moment()
                started = self.clock()
                await self._look_at(asked)
            except SomebodyWaits:
                self._count("busy")
            except Exception as error:  # a bug here must not end the service, whose answers are complete without it
                log.error("ranking_beside_failed", user_id=asked.user_id, exc_info=error)
                self._count("failed")
            self._is_looking = False
            pause_s = self.pauses[self._shadow is not None] * (self.clock() - started)
            await asyncio.sleep(min(pause_s, LONGEST_PAUSE_S))

    async def _wait_for_a_free_moment(self) -> None:
        """Return once the answer is on its way and nobody waits.

        Raises:
            SomebodyWaits: for so long that this ranking is of the past.
        """
        await asyncio.sleep(SOON_S)
        give_up = self.clock() + WAITS_S
        while not self.pool.is_idle:
            if self.clock() >= give_up:
                raise SomebodyWaits
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look_at(self, asked: Asked) -> None:
        champion, shadow = self._champion, self._shadow
        is_current = champion is not None and champion.version == asked.serving.model.version
        if champion is not None and is_current and not champion.has_looked_at(asked.user_id):
            features = is_comparable(asked.user)
            champion.looked(asked.user_id, await _on_a_thread(lambda: looked_at(asked, with_features=features)))
            BESIDE.labels(Role.CHAMPION, "done").inc()
        if shadow is not None and shadow.model is not None and self.pool.is_idle:
            await self._compare(asked, shadow, shadow.model)

    async def _compare(self, asked: Asked, shadow: _Shadow, model: RankerModel) -> None:
        features = is_comparable(asked.user) and not shadow.tally.has_looked_at(asked.user_id)
        try:
            serving = await self._state_of(shadow, model, asked.serving)
            async with asyncio.timeout(self.hangs_s):
                found: Looked = await _on_a_thread(
                    lambda: compared(asked, serving, is_free=lambda: self.pool.is_idle, with_features=features)
                )
        except TimeoutError:
            self._fail(shadow, asked, f"a ranking did not end within {self.hangs_s:g} s")
        except (ShadowFailed, BundleRefused) as error:
            self._fail(shadow, asked, self._public(error))
        else:
            shadow.tally.looked(asked.user_id, found)
            BESIDE.labels(Role.SHADOW, "done").inc()

    async def _state_of(self, shadow: _Shadow, model: RankerModel, champion: Serving) -> Serving:
        """The shadow with the movies' state of about now.

        Raises:
            BundleRefused: its catalogue does not fit the statistics.
        """
        is_old = shadow.generation != champion.generation and self.clock() - shadow.built_at >= STATE_AGE_S
        if shadow.serving is None or is_old:
            shadow.serving = await self.online.with_state(model)
            shadow.generation, shadow.built_at = champion.generation, self.clock()
        return shadow.serving

    def _fail(self, shadow: _Shadow, asked: Asked, error: str) -> None:
        """The shadow has failed once, which is enough: it ranks no more."""
        log.warning("shadow_failed", version=shadow.event.version, user_id=asked.user_id, error=error)
        BESIDE.labels(Role.SHADOW, "failed").inc()
        shadow.tally.failed(asked.user_id, error)
        shadow.model = shadow.serving = None
        SHADOWS.set(0)

    def _public(self, error: Exception) -> str:
        """What is told of an error, without the folder of the bundles."""
        return str(error).replace(f"{self.online.settings.model_dir}/", "")

    def _drop(self) -> None:
        log.info("shadow_ended", version=self._shadow.event.version if self._shadow else None)
        self._shadow = None
        SHADOWS.set(0)

    def _offer(self, asked: Asked, tally: Tally) -> None:
        has_shadow = self._shadow is not None and self._shadow.model is not None
        if not has_shadow and tally.has_looked_at(asked.user_id):
            return
        try:
            self._next.put_nowait(asked)
        except asyncio.QueueFull:
            self._count("behind")

    def _count(self, outcome: str) -> None:
        BESIDE.labels(Role.CHAMPION if self._shadow is None else Role.SHADOW, outcome).inc()


async def _on_a_thread(work: Callable[[], T]) -> T:
    """The result of work on a thread of its own, which does not keep the process from ending: it may hang."""
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as raised:  # it is raised where the result is awaited
            error = raised
        with suppress(RuntimeError):  # the process ends, and its loop is closed
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="beside", daemon=True).start()
    found: T = await done
    return found
