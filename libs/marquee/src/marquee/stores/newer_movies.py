"""What the online store has of the movies that changed after a model's training read the catalogue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from marquee.contracts.batches import Shard
from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA, PARTITIONS
from marquee.errors import InvalidEvent
from marquee.state.movie_table import MovieTable
from marquee.stores.key_space import KeySpace, transient
from marquee.stores.online import E, MovieStore
from marquee.stores.shards import Marks, marks_of

log = structlog.get_logger()

AT_ONCE = 2_000
"""Movies read in one round trip."""
AT_MOST = 10_000
"""Movies kept, some 20 MB. Larger: more memory, and a longer refresh; so many are worth a training, which follows."""


class NewerMovies:
    """The movies listed or enriched since, kept up by `refresh`.

    Args:
        known: by topic, the offset after the last record of each partition that the model knows; a topic that is
            missing is one of which nothing is known to be newer.
    """

    def __init__(self, space: KeySpace, known: Mapping[str, Sequence[int]]) -> None:
        self._space = space
        self._known = {(topic, at): end for topic, ends in known.items() for at, end in enumerate(ends[:PARTITIONS])}
        self._seen = dict(self._known)
        self._epochs: dict[Shard, bytes] = {}
        self._listed: dict[int, MovieListed] = {}
        self._enriched: dict[int, MovieEnriched] = {}

    def __len__(self) -> int:
        return len(self._listed)

    def table(self) -> MovieTable:
        """Whole rows of these movies."""
        return MovieTable.build(self._listed.values(), self._enriched.values())

    async def refresh(self, marks: Marks | None = None) -> bool:
        """Read what changed since the last look; returns whether anything did.

        While a shard is being filled again nothing is read: a movie would be known by half of what there is of it.

        Args:
            marks: of CATALOG and METADATA, where they have just been read.
        Raises:
            Transient: Redis is unavailable; nothing is marked as read.
        """
        changes = await self._changes(marks)
        if changes is None:
            return False
        changed = self._as_many_as_fit(changes)
        for start in range(0, len(changed), AT_ONCE):
            part = changed[start : start + AT_ONCE]
            self._listed |= await _read(MovieStore(self._space, CATALOG), part)
            found = await _read(MovieStore(self._space, METADATA), part)
            self._enriched |= {movie: event.model_copy(update={"overview": None}) for movie, event in found.items()}
        self._seen, self._epochs = changes.seen, changes.epochs
        return bool(changed)

    def _as_many_as_fit(self, changes: "_Changes") -> list[int]:
        """Those that are here already, and others up to AT_MOST in all: listed ones first, of these the highest ids."""
        known = self._listed.keys() | self._enriched.keys()
        every = changes.listed | changes.enriched
        new = sorted(every - known, key=lambda movie: (movie in changes.listed, movie), reverse=True)
        room = max(AT_MOST - len(known), 0)
        if len(new) > room:
            log.warning("newer_movies_left_out", kept=AT_MOST, left_out=len(new) - room)
        return sorted([*(every & known), *new[:room]])

    async def _changes(self, marks: Marks | None) -> "_Changes | None":
        """What changed in each shard since it was last read; None while one of them is being filled again."""
        places = list(self._known)
        async with transient():
            if marks is None:
                marks = await marks_of(self._space, places)
            metas = {place: marks[place] for place in places}
            if any(mark.rebuild_to is not None for mark in metas.values()):
                return None
            found, since = _Changes(dict(self._seen), dict(self._epochs), set(), set()), dict[Shard, int]()
            for place, (offset, named, _) in metas.items():
                if offset is not None:
                    epoch = named or b""
                    is_another = self._epochs.get(place, epoch) != epoch  # offsets may stand for other records now
                    since[place] = self._known[place] if is_another else self._seen[place]
                    found.seen[place], found.epochs[place] = max(self._known[place], int(offset)), epoch
            moved = [place for place, start in since.items() if found.seen[place] > start]
            async with self._space.redis.pipeline(transaction=False) as pipe:
                for place in moved:
                    pipe.zrange(self._space.keys(*place).changed, f"({since[place]}", "+inf", byscore=True)
                every = await pipe.execute() if moved else []
        for place, movies in zip(moved, every, strict=True):
            (found.listed if place[0] == CATALOG.name else found.enriched).update(map(int, movies))
        return found


@dataclass(frozen=True, slots=True)
class _Changes:
    """How far each shard is, which content it has, and the movies that changed, by topic."""

    seen: dict[Shard, int]
    epochs: dict[Shard, bytes]
    listed: set[int]
    enriched: set[int]


async def _read(store: MovieStore[E], movies: Sequence[int]) -> dict[int, E]:
    """Their events; one that this release cannot read is left out.

    Raises:
        Transient: Redis is unavailable.
    """
    try:
        return await store.read(movies)
    except InvalidEvent as error:
        if len(movies) == 1:
            log.warning("newer_movie_unreadable", movie_id=movies[0], reason=error.reason, detail=error.detail)
            return {}
    half = len(movies) // 2
    return await _read(store, movies[:half]) | await _read(store, movies[half:])
