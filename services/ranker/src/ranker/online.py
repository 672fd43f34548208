"""What the ranker holds in memory: the model in use, the movies' state, the cards; swapped whole, never half."""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np
import structlog
from redis.asyncio import Redis

from marquee.arrays import FloatArray
from marquee.bundle import BundleRefused, load_bundle, read_manifest
from marquee.contracts.events import ModelChanged
from marquee.contracts.topics import shard_of
from marquee.errors import Transient
from marquee.features.movie_features import MovieFeatures
from marquee.state.item_stats import ItemStats
from marquee.state.movie_table import MovieTable
from marquee.state.ratings import UserState
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.views import StatsView
from ranker.scoring import RankerModel
from ranker.settings import RankerSettings

log = structlog.get_logger()

BLIND_S = 0.5
"""How long a Redis that did not answer in time is left alone: the next users do not wait for it."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A model and the movies' state it ranks in; one request sees one world.

    Attributes:
        count: (n,) float64 ratings of each catalogue row. mean: (n,) float64 stars, NaN without ratings.
    """

    model: RankerModel
    movies: MovieFeatures
    count: FloatArray
    mean: FloatArray

    @classmethod
    def of(cls, model: RankerModel, stats: ItemStats) -> "Serving":
        """Compute the movies' state at the data's own logical time."""
        catalog = model.bundle.catalog
        return cls(model, MovieFeatures.of(stats, catalog), *_totals(stats, catalog))

    @property
    def catalog(self) -> MovieTable:
        return self.model.bundle.catalog


def _totals(stats: ItemStats, catalog: MovieTable) -> tuple[FloatArray, FloatArray]:
    row = catalog.rows(stats.movie_id)
    known = row >= 0
    count = np.bincount(row[known], weights=stats.n[known], minlength=len(catalog)).astype(np.float64)
    half_stars = np.bincount(row[known], weights=stats.half_stars[known], minlength=len(catalog))
    with np.errstate(invalid="ignore"):
        return count, half_stars / 2 / count


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user's history, and what is missing when it may not be the current one: redis, or rebuilding."""

    state: UserState
    missing: str | None = None


@dataclass(slots=True)
class Online:
    """Keeps itself up to date; answers from memory, but for the user."""

    settings: RankerSettings
    store: RatingStore
    stats: StatsView
    cards: Cards
    world: Serving | None = None
    _remembered: OrderedDict[int, UserState] = field(default_factory=OrderedDict)
    _filled: set[int] = field(default_factory=set)  # shards that were seen with something in them
    _blind_until: float = 0.0  # Redis did not answer: it is not asked again before this
    _counts: asyncio.Lock = field(default_factory=asyncio.Lock)  # while counts are read in, or a world is made of them

    @classmethod
    def of(cls, settings: RankerSettings, redis: Redis) -> "Online":
        space = KeySpace(redis, settings.redis.space)
        return cls(settings, RatingStore(space), StatsView(space), Cards(space, settings.images))

    async def user(self, user_id: int) -> KnownUser:
        """A user's history from Redis; as last seen while Redis does not answer or is being filled again."""
        if monotonic() < self._blind_until:
            return self._as_remembered(user_id, "redis")
        try:
            async with asyncio.timeout(self.settings.user_timeout_s):
                stored = await self.store.stored_user(user_id)
        except (Transient, TimeoutError):
            self._blind_until = monotonic() + BLIND_S
            return self._as_remembered(user_id, "redis")
        shard = shard_of(user_id)
        is_emptied = stored.epoch is None and (
            shard in self._filled or (self.world is not None and not len(self.stats))
        )
        if stored.is_rebuilding or is_emptied:
            return self._as_remembered(user_id, "rebuilding", stored.state)
        if stored.epoch is not None:
            self._filled.add(shard)
        self._remembered[user_id] = stored.state
        self._remembered.move_to_end(user_id)
        if len(self._remembered) > self.settings.remembered_users:
            self._remembered.popitem(last=False)
        return KnownUser(stored.state)

    def _as_remembered(self, user_id: int, missing: str, stored: UserState | None = None) -> KnownUser:
        """The longer of what was seen last and of what a rebuild has reached so far."""
        known = [self._remembered.get(user_id), stored, UserState.empty()]
        return KnownUser(max((state for state in known if state is not None), key=len), missing)

    async def refresh(self) -> None:
        """Read what changed of the movies, and rebuild their state if anything did.

        Raises:
            Transient: Redis is away.
        """
        await self.cards.refresh()
        async with self._counts:
            if await self.stats.refresh() and self.world is not None:
                model = self.world.model
                self.world = await asyncio.to_thread(lambda: Serving.of(model, self.stats.stats()))

    async def use(self, change: ModelChanged) -> None:
        """Load a bundle beside the one in use, then swap; one that is refused leaves the old one in place.

        Without an old one the newest bundle beside it that can be used is taken.
        """
        path = self.settings.model_dir / change.location
        if await self._swap_in(path) or self.world is not None:
            return
        for other in await asyncio.to_thread(_bundles_by_age, path.parent):
            if other != path and await self._swap_in(other):
                log.warning("older_model_in_use", wanted=change.version, version=other.name)
                return

    async def _swap_in(self, path: Path) -> bool:
        try:
            model = await asyncio.to_thread(_opened, path)
            async with self._counts:
                self.world = await asyncio.to_thread(lambda: _world(model, self.stats.stats()))
        except BundleRefused as error:
            log.error("bundle_refused", bundle=path.name, error=str(error))
            return False
        log.info("model_in_use", version=model.version, movies=len(self.world.catalog))
        return True


def _opened(path: Path) -> RankerModel:
    return RankerModel.of(load_bundle(path))


def _world(model: RankerModel, stats: ItemStats) -> Serving:
    """The movies' state for a new model.

    Raises:
        BundleRefused: its catalogue does not go with the statistics; each of its files was well by itself.
    """
    try:
        return Serving.of(model, stats)
    except Exception as error:  # a bundle that is complete and still wrong must not end the service
        raise BundleRefused(f"{model.bundle.path}: {type(error).__name__}: {error}") from error


def _bundles_by_age(folder: Path) -> list[Path]:
    """The bundles of a folder, newest first; what is no bundle is left out."""
    created = []
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(BundleRefused):
            created.append((read_manifest(path).created_at, path.name))
    return [folder / name for _, name in sorted(created, reverse=True)]
