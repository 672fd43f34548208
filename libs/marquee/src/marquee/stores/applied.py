"""Whether an event that the log holds counts in the online store yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from marquee.contracts.batches import Shard
from marquee.stores.key_space import KeySpace, transient


class Standing(Enum):
    """How the store stands to an event."""

    APPLIED = auto()
    AHEAD = auto()  # the shard has not reached its offset
    UNKNOWN = auto()  # the shard is past its offset and never applied it, or did more than 7 days ago


@dataclass(frozen=True, slots=True)
class Place:
    """Where the log keeps an event."""

    event_id: UUID
    shard: Shard
    offset: int


async def standings(space: KeySpace, places: Sequence[Place]) -> list[Standing]:
    """How the store stands to each event, in one round trip.

    A shard's offset is read before the marks, and a mark is set together with the offset: whoever is past an offset
    without its mark never applied it.

    Raises:
        Transient: Redis is unavailable.
    """
    shards = list(dict.fromkeys(place.shard for place in places))
    async with transient(), space.redis.pipeline(transaction=False) as pipe:
        for shard in shards:
            pipe.hget(space.keys(*shard).meta, "offset")
        for place in places:
            pipe.exists(space.keys(*place.shard).event(place.event_id))
        answers = await pipe.execute()
    next_offset = {shard: int(offset or 0) for shard, offset in zip(shards, answers, strict=False)}
    marks = answers[len(shards) :]
    return [_standing(place, next_offset[place.shard], bool(mark)) for place, mark in zip(places, marks, strict=True)]


def _standing(place: Place, next_offset: int, is_marked: bool) -> Standing:
    if is_marked:
        return Standing.APPLIED
    return Standing.AHEAD if place.offset >= next_offset else Standing.UNKNOWN
