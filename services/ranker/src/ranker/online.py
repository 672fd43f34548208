"""What the ranker keeps in memory and up to date: what it serves with, the cards, and users for when Redis fails."""

import asyncio
from collections import OrderedDict
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import structlog
from redis.asyncio import Redis

from marquee.bundle import BundleRefused, load_bundle, read_manifest
from marquee.contracts.events import ModelChanged
from marquee.contracts.topics import CATALOG, METADATA, RATINGS, shard_of
from marquee.errors import Transient
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import UserState
from marquee.stores.cards import Cards
from marquee.stores.key_space import KeySpace
from marquee.stores.known_users import ReadUser, UserReader
from marquee.stores.newer_movies import NewerMovies
from marquee.stores.shards import marks_of, shards_of
from marquee.stores.views import StatsView
from ranker.freed import LARGE, give_back_freed
from ranker.scoring import RankerModel
from ranker.serving import Serving
from ranker.settings import RankerSettings

log = structlog.get_logger()

BLIND_S = 0.5
"""How long a Redis that did not answer in time is left out, so that the next users do not wait for it."""


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user's history and dismissed movies.

    Attributes:
        missing: why it may not be the current one, "redis" or "rebuilding"; None if it is.
        applied_offset: every rating of theirs that the log holds before it counts; None where that is
            not known.
        version: of the record in Redis that this was read from just now; None if it was not, or is nobody's.
    """

    state: UserState
    missing: str | None = None
    dismissed: frozenset[int] = frozenset()
    applied_offset: int | None = None
    version: bytes | None = None


@dataclass(slots=True)
class _Filled:
    """The shards that held something when last read, by topic: empty now, they have lost it."""

    ratings: set[int] = field(default_factory=set)
    activity: set[int] = field(default_factory=set)

    def note(self, shard: int, read: ReadUser) -> None:
        if read.ratings.epoch is not None:
            self.ratings.add(shard)
        if read.dismissals.epoch is not None:
            self.activity.add(shard)

    def has_lost(self, shard: int, read: ReadUser) -> bool:
        lacks_ratings = read.ratings.epoch is None and shard in self.ratings
        return lacks_ratings or (read.dismissals.epoch is None and shard in self.activity)


@dataclass(slots=True)
class Online:
    """Follows Redis and the models; everything but a user's history is answered from memory."""

    settings: RankerSettings
    users: UserReader
    stats: StatsView
    cards: Cards
    serving: Serving | None = None
    served_since: datetime | None = None
    _bundled: RankerModel | None = None  # the model in use, with the movies that its training knew
    _newer: NewerMovies | None = None  # and those that came after it
    _has_new_counts: bool = False  # read, and not yet served with: the feeds give nothing a second time
    _has_newer: bool = False
    _remembered: OrderedDict[int, KnownUser] = field(default_factory=OrderedDict)
    _filled: _Filled = field(default_factory=_Filled)
    _blind_until: float = 0.0  # Redis is not queried before this time
    _counts: asyncio.Lock = field(default_factory=asyncio.Lock)  # held while counts are read or used

    @classmethod
    def of(cls, settings: RankerSettings, redis: Redis) -> "Online":
        space = KeySpace(redis, settings.redis.space)
        return cls(settings, UserReader(space), StatsView(space), Cards(space, settings.images))

    @property
    def model_version(self) -> str | None:
        """The version of the model in use; None before the first."""
        return self.serving.model.version if self.serving else None

    @property
    def is_blind(self) -> bool:
        """Whether Redis has just not answered, so that it is left out."""
        return monotonic() < self._blind_until

    def look_away(self) -> None:
        """Leave Redis out for BLIND_S, because it did not answer in time."""
        self._blind_until = monotonic() + BLIND_S

    async def user(self, user_id: int) -> KnownUser:
        """A user as Redis has them; as last known while Redis does not answer or is being rebuilt."""
        if self.is_blind:
            return self._as_remembered(user_id, "redis")
        try:
            async with asyncio.timeout(self.settings.user_timeout_s):
                read = await self.users.read(user_id)
        except (Transient, TimeoutError):
            self.look_away()
            return self._as_remembered(user_id, "redis")
        shard, found = shard_of(user_id), _known(read)
        is_unseen = read.ratings.epoch is None and self.serving is not None and not len(self.stats)
        if read.is_rebuilding or is_unseen or self._filled.has_lost(shard, read):
            return self._as_remembered(user_id, "rebuilding", found)
        self._filled.note(shard, read)
        self._remembered[user_id] = found
        self._remembered.move_to_end(user_id)
        if len(self._remembered) > self.settings.remembered_users:
            self._remembered.popitem(last=False)
        return found

    def _as_remembered(self, user_id: int, missing: str, found: KnownUser | None = None) -> KnownUser:
        """The last known user, with what a rebuild has reached so far where that is more."""
        nobody = KnownUser(UserState.empty())
        known, found = self._remembered.get(user_id), found or nobody
        state = max((known or nobody).state, found.state, key=len)
        return KnownUser(state, missing, found.dismissed if known is None else known.dismissed)

    async def refresh(self) -> None:
        """Read which movies changed, and rebuild their state if any did; newer ones become part of the catalogue.

        Raises:
            Transient: Redis is unavailable.
        """
        async with self._counts:
            marks = await marks_of(self.users.space, shards_of(CATALOG.name, METADATA.name, RATINGS.name))
            await self.cards.refresh(marks)
            self._has_new_counts |= await self.stats.refresh(marks)
            if self._newer is not None:
                self._has_newer |= await self._newer.refresh(marks)
            if self.serving is not None and (self._has_new_counts or self._has_newer):
                model, is_newer = self.serving.model, self._has_newer
                self.serving = await asyncio.to_thread(self._served_again, model, is_newer=is_newer)
                self._has_new_counts = self._has_newer = False

    async def use(self, change: ModelChanged, *, barred: Container[str] = ()) -> None:
        """Load a bundle while the old one serves, then swap; a bundle that is refused leaves the old one in place.

        If there is no old one, the newest usable bundle in the same folder is taken.

        Args:
            barred: versions that are not to serve in the place of this one.
        """
        path = self.settings.model_dir / change.location
        if await self._swap_in(path) or self.serving is not None:
            return
        for other in await asyncio.to_thread(_bundles_by_age, path.parent):
            if other != path and other.name not in barred and await self._swap_in(other):
                log.warning("older_model_in_use", wanted=change.version, version=other.name)
                return

    async def opened(self, change: ModelChanged) -> RankerModel:
        """A model beside the one that serves, which it leaves in place; checked as that one was.

        Raises:
            BundleRefused: it cannot be used.
        """
        model = await asyncio.to_thread(_opened, self.settings.model_dir / change.location)
        await self.with_state(model)
        return model

    async def with_state(self, model: RankerModel) -> Serving:
        """A model with the movies' state of now.

        Raises:
            BundleRefused: its catalogue does not fit the statistics.
        """
        async with self._counts:
            serving, _ = await self._stated(model)
        return serving

    async def _swap_in(self, path: Path) -> bool:
        try:
            model = await asyncio.to_thread(_opened, path)
            async with self._counts:
                self.serving, self._newer = await self._stated(model)
                self._bundled, self.served_since = model, datetime.now(UTC)
        except BundleRefused as error:
            log.error("bundle_refused", bundle=path.name, error=str(error))
            return False
        log.info("model_in_use", version=model.version, movies=len(self.serving.catalog))
        return True

    async def _stated(self, model: RankerModel) -> tuple[Serving, NewerMovies]:
        """A model with the movies' state of now, and what came after its training.

        While Redis does not answer that is nothing; the next refresh reads it.

        Raises:
            BundleRefused: its catalogue does not fit the statistics.
        """
        newer = NewerMovies(self.users.space, model.bundle.manifest.known)
        with suppress(Transient):
            await newer.refresh()
        return await asyncio.to_thread(self._newly_served, model, newer), newer

    def _served_again(self, model: RankerModel, *, is_newer: bool) -> Serving:
        """The model in use with the movies' state of now.

        Args:
            model: with the movies that were new at the last look. is_newer: there are more.
        """
        if is_newer and self._bundled is not None and self._newer is not None:
            model = self._bundled.with_newer(self._newer.table())
            log.info("newer_movies_in_use", version=model.version, newer=len(self._newer))
        return self._served(model)

    def _served(self, model: RankerModel) -> Serving:
        """The model with the movies' state of now."""
        serving, is_large = _of(model, self.stats.stats())
        if is_large:
            give_back_freed()
        return serving

    def _newly_served(self, model: RankerModel, newer: NewerMovies) -> Serving:
        """The same for a new model.

        Raises:
            BundleRefused: its files are intact one by one, but its catalogue does not fit the statistics.
        """
        try:
            return self._served(model.with_newer(newer.table()) if len(newer) else model)
        except Exception as error:  # a bundle that is complete and still wrong must not end the service
            raise BundleRefused(f"{model.bundle.path}: {type(error).__name__}: {error}") from error


def _known(read: ReadUser) -> KnownUser:
    return KnownUser(
        read.ratings.state,
        dismissed=read.dismissals.movies,
        applied_offset=read.applied_offset,
        version=read.version,
    )


def _opened(path: Path) -> RankerModel:
    return RankerModel.of(load_bundle(path))


def _of(model: RankerModel, stats: ItemStats) -> tuple[Serving, bool]:
    """The model with these counts, which are freed when it returns, and whether they were many."""
    return Serving.of(model, stats), len(stats) > LARGE


def _bundles_by_age(folder: Path) -> list[Path]:
    """The bundles of a folder, newest first; refused ones and other entries are skipped."""
    created = []
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(BundleRefused):
            manifest = read_manifest(path)
            if manifest.verdict is None or manifest.verdict.is_promoted:
                created.append((manifest.created_at, path.name))
    return [folder / name for _, name in sorted(created, reverse=True)]
