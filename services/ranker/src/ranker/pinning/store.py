"""Where pinned rankings are kept: in Redis, for 30 minutes, so that every ranker can serve their next pages.

All together they take a bounded number of bytes: the oldest go first. A sorted set knows each one's age and size, and a
counter their sum; whoever removes a name from the set takes its bytes off the counter, so that it happens once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from marquee.contracts.keys import PinKeys
from marquee.stores.key_space import KeySpace, queue_many, transient

KEPT_S = 30 * 60
"""How long a ranking's pages can be asked for."""
OVERHEAD_BYTES = 200
"""Of one pin besides its value: two keys' worth of names, and Redis's own records of them (measured: below 200)."""
AT_ONCE = 100
"""How many old pins one new one removes at most."""
SPARE = 64
"""Once there is no room, one part of so many is made, so that the next pins remove none: it costs as much as a pin."""

# KEYS: the pin, the ages, the size; ARGV: value, its id and size, its size, now in ms, seconds kept, AT_ONCE. Gives the
# bytes of all pins, and the oldest ones. One script costs this process half of the same commands in a transaction.
_PUT = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[2])
local total = redis.call('INCRBY', KEYS[3], ARGV[3])
for key = 2, 3 do redis.call('EXPIRE', KEYS[key], 2 * ARGV[5]) end
return {total, redis.call('ZRANGE', KEYS[2], 0, ARGV[6] - 1, 'WITHSCORES')}
"""


@dataclass(frozen=True, slots=True)
class PinStore:
    """Pins in one key space.

    Attributes:
        limit_bytes: of all pins together.
    """

    space: KeySpace
    limit_bytes: int

    @property
    def keys(self) -> PinKeys:
        return PinKeys(self.space.name)

    async def put(self, ranking_id: str, value: bytes, *, now_ms: int) -> None:
        """Keep a pin from now on, and drop those that are too old or too many.

        Raises:
            Transient: Redis is unavailable or full.
        """
        size = len(value) + OVERHEAD_BYTES
        keys, name = self.keys, f"{ranking_id}:{size}"
        of_all = (keys.pin(ranking_id), keys.ages, keys.size)
        async with transient():
            total, oldest = await self.space.redis.eval(_PUT, 3, *of_all, value, name, size, now_ms, KEPT_S, AT_ONCE)
        excess = total - self.limit_bytes
        if excess > 0:
            excess += self.limit_bytes // SPARE // size * size
        await self._drop(_to_drop(oldest, excess=excess, before_ms=now_ms - KEPT_S * 1_000))

    async def get(self, ranking_id: str) -> bytes | None:
        """A pin, None for one that is not kept.

        Raises:
            Transient: Redis is unavailable.
        """
        async with transient():
            value: bytes | None = await self.space.redis.get(self.keys.pin(ranking_id))
            return value

    async def has(self, ranking_id: str) -> bool:
        """Whether a pin is kept.

        Raises:
            Transient: Redis is unavailable.
        """
        async with transient():
            return bool(await self.space.redis.exists(self.keys.pin(ranking_id)))

    async def _drop(self, names: Sequence[bytes]) -> None:
        if not names:
            return
        async with transient(), self.space.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.zrem(self.keys.ages, name)
            removed = await pipe.execute()
            sizes = [_size(name) for name, count in zip(names, removed, strict=True) if count]
            pipe.decrby(self.keys.size, sum(sizes))
            queue_many(pipe, "DEL", *(self.keys.pin(name.decode().partition(":")[0]) for name in names))
            await pipe.execute()


def _to_drop(oldest: Sequence[bytes], *, excess: int, before_ms: int) -> list[bytes]:
    """The names of expired pins, and of as many more, oldest first, as are too many by `excess` bytes.

    Args:
        oldest: name, Unix milliseconds, name, Unix milliseconds, …
    """
    names = []
    for name, created_ms in zip(oldest[::2], map(float, oldest[1::2]), strict=True):
        if created_ms > before_ms and excess <= 0:
            break
        names.append(name)
        excess -= _size(name)
    return names


def _size(name: bytes) -> int:
    return int(name.rpartition(b":")[2])
