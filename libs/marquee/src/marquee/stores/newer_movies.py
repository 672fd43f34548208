"""What the online store has of the movies that changed after a model's training read the catalogue."""

from collections.abc import Mapping, Sequence

import structlog

from marquee.contracts.events import MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA, PARTITIONS
from marquee.state.movie_table import MovieTable
from marquee.stores.key_space import KeySpace, transient
from marquee.stores.online import MovieStore

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
        self._seen = {(topic, at): end for topic, ends in known.items() for at, end in enumerate(ends)}
        self._listed: dict[int, MovieListed] = {}
        self._enriched: dict[int, MovieEnriched] = {}

    def __len__(self) -> int:
        return len(self._listed)

    def table(self) -> MovieTable:
        """Whole rows of these movies."""
        return MovieTable.build(self._listed.values(), self._enriched.values())

    async def refresh(self) -> bool:
        """Read what changed since the last look; returns whether anything did.

        Raises:
            Transient: Redis is unavailable; nothing is marked as read.
        """
        seen, changed = await self._changed()
        changed = self._as_many_as_fit(changed)
        listed, enriched = MovieStore(self._space, CATALOG), MovieStore(self._space, METADATA)
        for start in range(0, len(changed), AT_ONCE):
            part = changed[start : start + AT_ONCE]
            self._listed |= await listed.read(part)
            found = await enriched.read(part)
            self._enriched |= {movie: event.model_copy(update={"overview": None}) for movie, event in found.items()}
        self._seen = seen
        return bool(changed)

    def _as_many_as_fit(self, changed: list[int]) -> list[int]:
        """Those that are here already, and others up to AT_MOST in all."""
        known = self._listed.keys() | self._enriched.keys()
        new = [movie for movie in changed if movie not in known]
        if (over := len(known) + len(new) - AT_MOST) <= 0:
            return changed
        log.warning("newer_movies_left_out", kept=AT_MOST, left_out=over)
        left_out = set(new[len(new) - over :])
        return [movie for movie in changed if movie not in left_out]

    async def _changed(self) -> tuple[dict[tuple[str, int], int], list[int]]:
        """How far each shard is, and the movies that changed since it was last read, ascending."""
        shards = [(topic, shard) for topic, shard in self._seen if shard < PARTITIONS]
        async with transient(), self._space.redis.pipeline(transaction=False) as pipe:
            for topic, shard in shards:
                keys = self._space.keys(topic, shard)
                pipe.hmget(keys.meta, "offset", "rebuild_to")
                pipe.zrange(keys.changed, f"({self._seen[topic, shard]}", "+inf", byscore=True)
            rows = await pipe.execute()
        seen, changed = dict(self._seen), set[int]()
        for place, (offset, rebuild_to), movies in zip(shards, rows[::2], rows[1::2], strict=True):
            if offset is None or rebuild_to is not None:
                continue  # an emptied shard is read again when it is full
            changed.update(map(int, movies))
            seen[place] = max(seen[place], int(offset))
        return seen, sorted(changed)
