"""Which partitions this replica reads: live replicas hold leases in Redis and split the partitions among themselves.

No consumer group decides, because the stores, not the group, know where to read on, and because a group can keep a dead
member (ADR 0001). Two replicas that believe for a moment that a partition is theirs do no harm: effects count once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from marquee.contracts.keys import replicas
from marquee.stores.key_space import KeySpace, transient

LEASE_S = 6.0
"""After this long without a sign of life a replica's partitions go to the others."""


def share_of(replica: str, live: Sequence[str], partitions: int) -> list[int]:
    """The partitions of one replica: every n-th, so that all of them together have each partition once.

    Args:
        live: all live replicas, in any order.
    """
    ordered = sorted(set(live))
    if replica not in ordered:
        return []
    return list(range(ordered.index(replica), partitions, len(ordered)))


@dataclass(frozen=True, slots=True)
class Leases:
    """The live replicas of this service in one key space.

    Attributes:
        replica: a name that this replica keeps over restarts: a killed one has its partitions again at once.
    """

    space: KeySpace
    replica: str

    async def renew(self) -> list[str]:
        """Renew this replica's lease; gives all live replicas.

        Raises:
            Transient: Redis is unavailable.
        """
        key = replicas(self.space.name, "features")
        async with transient():
            seconds, micros = await self.space.redis.time()
            now_s = seconds + micros / 1e6
            async with self.space.redis.pipeline(transaction=True) as pipe:
                pipe.zadd(key, {self.replica: now_s + LEASE_S})
                pipe.zremrangebyscore(key, "-inf", now_s)
                pipe.zrange(key, 0, -1)
                *_, live = await pipe.execute()
        return [name.decode() for name in live]

    async def give_up(self) -> None:
        """End this replica's lease, so that the others need not wait for its end."""
        async with transient():
            await self.space.redis.zrem(replicas(self.space.name, "features"), self.replica)
