"""Dismissed movies in Redis: once, in order of arrival, however the records are batched, repeated or read again."""

import pytest
from redis.asyncio import Redis

from marquee.contracts.batches import Batch, Gap
from marquee.contracts.events import UserActed
from marquee.contracts.topics import ACTIVITY, RATINGS, shard_of
from marquee.stores.dismissals import DismissalStore
from marquee.stores.key_space import KeySpace
from marquee.stores.known_users import UserReader
from marquee.stores.online import RatingStore
from marquee.stores.rows import ActivityRows
from marquee.stores.shards import mark_rebuilding, set_back, stored_offsets
from marquee.stores.views import digest
from support.builders import NOON_MS, a_batch, a_rating, an_act, an_impression, delivered

pytestmark = pytest.mark.integration

USER = 7
SHARD = (ACTIVITY.name, shard_of(USER))


def rows(*acts: UserActed, first: int = 0) -> ActivityRows:
    return ActivityRows.of(Batch(ACTIVITY, SHARD[1], first, first + len(acts), delivered(acts, first_offset=first)))


def dismissed(*movies: int) -> list[UserActed]:
    return [an_act("dismissed", user_id=USER, movie_id=movie) for movie in movies]


def undismissed(movie: int) -> UserActed:
    return an_act("undismissed", user_id=USER, movie_id=movie)


@pytest.fixture
def store(space: KeySpace) -> DismissalStore:
    return DismissalStore(space)


async def movies_of(space: KeySpace, user_id: int = USER) -> set[int]:
    return set((await UserReader(space).read(user_id)).dismissals.movies)


async def test_a_movie_is_dismissed_until_it_is_brought_back(store: DismissalStore, space: KeySpace) -> None:
    assert await store.apply(rows(*dismissed(1, 2))) == 2
    assert await movies_of(space) == {1, 2}

    assert await store.apply(rows(undismissed(1), undismissed(9), first=2)) == 2

    assert await movies_of(space) == {2}
    assert await store.count() == 1
    await store.apply(rows(undismissed(2), first=4))
    assert (await movies_of(space), await store.count(), await store.of_all_users()) == (set(), 0, {})


async def test_a_repeated_event_counts_where_it_first_stood(store: DismissalStore, space: KeySpace) -> None:
    first = dismissed(1)[0]
    await store.apply(rows(first))
    await store.apply(rows(undismissed(1), first=1))

    assert await store.apply(rows(first, first, first=2)) == 0

    assert await movies_of(space) == set()
    assert await stored_offsets(space, [SHARD]) == {SHARD: 4}


async def test_two_orders_of_arrival_are_two_results_whatever_the_batches(
    redis: "Redis[bytes]", space: KeySpace
) -> None:
    one = [*dismissed(1), undismissed(1), *dismissed(2)]
    orders = {"as is": one, "reversed": one[::-1]}
    found: dict[str, set[str]] = {}
    for name, acts in orders.items():
        for size in (1, 2, 4):
            own = KeySpace(redis, f"{space.name}-{name}-{size}")
            for start in range(0, len(acts), size):
                await DismissalStore(own).apply(rows(*acts[start : start + size], first=start))
            found.setdefault(name, set()).add(await digest(own))
            assert await movies_of(own) == ({2} if name == "as is" else {1, 2})

    assert [len(digests) for digests in found.values()] == [1, 1]


async def test_records_that_come_again_or_overlap_change_nothing(store: DismissalStore, space: KeySpace) -> None:
    acts = [*dismissed(1, 2), undismissed(1), *dismissed(3)]
    await store.apply(rows(*acts))
    before = await digest(space)

    assert await store.apply(rows(*acts)) == 0
    assert await store.apply(rows(*acts[2:], *dismissed(4), first=2)) == 1

    assert await movies_of(space) == {2, 3, 4}
    assert await digest(space) != before
    with pytest.raises(Gap):
        await store.apply(rows(*dismissed(9), first=9))


async def test_a_shard_read_again_ends_where_it_was_though_old_marks_have_expired(
    store: DismissalStore, space: KeySpace, redis: "Redis[bytes]"
) -> None:
    old, newer = dismissed(1)[0], undismissed(1)
    await store.apply(rows(old, newer, *dismissed(2)))
    await redis.delete(store.keys(SHARD[1]).event(old.event_id))  # a week later

    await set_back(space, SHARD, 0)
    await store.apply(rows(old, newer))

    assert await movies_of(space) == {2}
    assert await store.count() == 1


async def test_of_what_was_shown_and_opened_redis_keeps_a_mark_per_open_only(
    store: DismissalStore, space: KeySpace, redis: "Redis[bytes]"
) -> None:
    opened = an_act("opened", user_id=USER)

    assert await store.apply(rows(an_impression(user_id=USER), opened)) == 1

    keys = store.keys(SHARD[1])
    assert await stored_offsets(space, [SHARD]) == {SHARD: 2}
    assert {key.decode() async for key in redis.scan_iter(match=f"*{space.name}*")} == {
        keys.meta,
        keys.event(opened.event_id),
    }
    assert 7 * 86_400 - 60 < await redis.ttl(keys.event(opened.event_id)) <= 7 * 86_400


async def test_the_digest_of_a_store_without_dismissals_is_what_it_was(store: DismissalStore, space: KeySpace) -> None:
    await RatingStore(space).apply(a_batch(a_rating(user_id=USER)))
    before = await digest(space)

    await store.apply(rows(an_impression(user_id=USER), *dismissed(1), undismissed(1)))  # and thus none is left
    assert await digest(space) == before

    await store.apply(rows(*dismissed(1), first=3))
    assert await digest(space) != before


async def test_history_and_dismissed_movies_are_read_together_with_their_condition(
    store: DismissalStore, space: KeySpace
) -> None:
    reader = UserReader(space)
    nobody = await reader.read(USER)
    assert (len(nobody.ratings.state), nobody.dismissals.movies, nobody.dismissals.epoch) == (0, frozenset(), None)

    await RatingStore(space).apply(a_batch(a_rating(user_id=USER, movie_id=5)))
    await store.apply(rows(*dismissed(1, 2)))

    read = await reader.read(USER)
    assert read.ratings.epoch == (await RatingStore(space).stored_user(USER)).epoch is not None
    assert read.ratings.state.movie_id.tolist() == [5]
    assert (read.dismissals.movies, read.is_rebuilding) == (frozenset({1, 2}), False)
    await mark_rebuilding(space, {SHARD: 9})
    assert (await reader.read(USER)).is_rebuilding
    await store.apply(rows(*dismissed(*range(3, 10)), first=2))
    await mark_rebuilding(space, {(RATINGS.name, SHARD[1]): 9})
    assert [(await reader.read(USER)).ratings.is_rebuilding, (await reader.read(USER)).dismissals.is_rebuilding] == [
        True,
        False,
    ]


async def test_the_time_of_a_dismissal_is_that_of_the_last_to_arrive(store: DismissalStore) -> None:
    acts = [an_act(user_id=USER, movie_id=1, at_ms=NOON_MS + ahead) for ahead in (5, 9, 7)]

    await store.apply(rows(*acts))

    assert await store.of_all_users() == {USER: {1: NOON_MS + 7}}
