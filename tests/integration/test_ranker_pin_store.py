"""Pins in a real Valkey: kept for 30 minutes, bounded in bytes all together, the oldest dropped first."""

import asyncio
from collections.abc import Sequence

import pytest

from marquee.errors import Transient
from marquee.stores.key_space import KeySpace
from ranker.pinning.store import KEPT_S, OVERHEAD_BYTES, SPARE, PinStore

pytestmark = pytest.mark.integration

MIB = 1_048_576
VALUE = b"x" * (1_000 - OVERHEAD_BYTES)
"""Counts 1,000 bytes."""


async def kept(store: PinStore, ids: Sequence[str]) -> list[str]:
    return [ranking_id for ranking_id in ids if await store.get(ranking_id) is not None]


async def accounted(store: PinStore) -> tuple[int, int]:
    """(pins, bytes) by the store's own account."""
    redis = store.space.redis
    return await redis.zcard(store.keys.ages), int(await redis.get(store.keys.size))


async def test_a_pin_is_read_back_until_redis_lets_it_go_after_30_minutes(space: KeySpace) -> None:
    store = PinStore(space, MIB)
    await store.put("one", b"value", now_ms=0)

    assert await store.get("one") == b"value"
    assert await store.get("other") is None
    assert KEPT_S == 30 * 60
    assert KEPT_S - 60 < await space.redis.ttl(store.keys.pin("one")) <= KEPT_S


async def test_beyond_the_limit_the_oldest_pins_are_dropped(space: KeySpace) -> None:
    store, ids = PinStore(space, 5_000), [f"{at:02}" for at in range(12)]
    for at, ranking_id in enumerate(ids):
        await store.put(ranking_id, VALUE, now_ms=at)

    assert await kept(store, ids) == ids[-5:]
    assert await accounted(store) == (5, 5_000)


async def test_one_large_pin_makes_room_by_dropping_several(space: KeySpace) -> None:
    store, ids = PinStore(space, 5_000), [f"{at:02}" for at in range(5)]
    for at, ranking_id in enumerate(ids):
        await store.put(ranking_id, VALUE, now_ms=at)

    await store.put("large", b"x" * (3_000 - OVERHEAD_BYTES), now_ms=9)

    assert await kept(store, [*ids, "large"]) == ["03", "04", "large"]
    assert await accounted(store) == (3, 5_000)


async def test_once_there_is_no_room_it_is_made_for_some_more_pins(space: KeySpace) -> None:
    store, room = PinStore(space, SPARE * 3_000), SPARE * 3
    counts = []
    for at in range(room + 8):
        await store.put(f"{at:03}", VALUE, now_ms=at)
        counts.append((await accounted(store))[0])

    assert counts[room:] == [room - 3, room - 2, room - 1, room, room - 3, room - 2, room - 1, room]


async def test_expired_pins_leave_the_account_too(space: KeySpace) -> None:
    store = PinStore(space, MIB)
    await store.put("old", VALUE, now_ms=0)
    await store.put("older than half an hour", VALUE, now_ms=1)

    await store.put("new", VALUE, now_ms=KEPT_S * 1_000 + 1)

    assert await accounted(store) == (1, 1_000)


async def test_writers_side_by_side_count_every_byte_once(space: KeySpace) -> None:
    stores = [PinStore(space, 5_000) for _ in range(4)]
    for first in range(0, 40, 8):
        at = range(first, first + 8)
        await asyncio.gather(*(stores[n % 4].put(f"{n:02}", VALUE, now_ms=n) for n in at))

    pins, size = await accounted(stores[0])
    assert pins <= 5
    assert size == pins * 1_000
    assert len(await kept(stores[0], [f"{n:02}" for n in range(40)])) == pins


async def test_what_a_pin_takes_besides_its_value_is_within_the_allowance(space: KeySpace) -> None:
    store, value = PinStore(space, 100 * MIB), b"x" * 1_000
    ids = [f"{at:032x}" for at in range(2_000)]
    for at, ranking_id in enumerate(ids):
        await store.put(ranking_id, value, now_ms=1_700_000_000_000 + at)

    each = await space.redis.memory_usage(store.keys.pin(ids[0]))
    index = await space.redis.memory_usage(store.keys.ages, samples=0)

    assert each + index / len(ids) - len(value) <= OVERHEAD_BYTES + len(value) * 0.25  # the allocator rounds up


async def test_without_redis_a_pin_is_neither_kept_nor_found(space: KeySpace) -> None:
    gone = PinStore(KeySpace(type(space.redis).from_url("redis://127.0.0.1:1/0"), "gone"), MIB)

    with pytest.raises(Transient):
        await gone.put("one", VALUE, now_ms=0)
    with pytest.raises(Transient):
        await gone.get("one")
