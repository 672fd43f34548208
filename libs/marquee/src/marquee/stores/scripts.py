"""Lua scripts that do the same to many keys at once.

For the client a command of 500 keys costs a sixth of 500 commands in a pipeline, which were a third of the work of
accepting and of storing a batch of live ratings.
"""

from collections.abc import Mapping, Sequence

from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

SET_ALL = "for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i + 1], 'EX', ARGV[1]) end"

SET_FREE = """
local held = {}
for i, key in ipairs(KEYS) do held[i] = redis.call('SET', key, ARGV[i + 1], 'NX', 'GET', 'EX', ARGV[1]) end
return held
"""


def queue_set_all(pipe: Pipeline, values: Mapping[str, bytes | int], *, ttl_s: int) -> None:
    """Queue setting keys of one shard, each for ttl_s seconds."""
    if values:
        pipe.execute_command("EVAL", SET_ALL, len(values), *values, ttl_s, *values.values())


async def set_free(redis: Redis, values: Mapping[str, bytes], *, ttl_s: int) -> Sequence[bytes | None]:
    """Set those keys that are not set yet, for ttl_s seconds; gives what each key held before, None for nothing.

    Args:
        values: at least one.
    """
    held: Sequence[bytes | None] = await redis.eval(SET_FREE, len(values), *values, ttl_s, *values.values())
    return held
