"""The online store on a real Valkey: exactly one effect, whatever arrives how often."""

from uuid import uuid4

import numpy as np
import pytest

from marquee.contracts.batches import Gap, Shard
from marquee.contracts.topics import CATALOG
from marquee.errors import Transient
from marquee.state.item_stats import ItemStats
from marquee.state.ratings import Ratings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore, RatingStore
from marquee.stores.shards import mark_rebuilding
from marquee.stores.views import StatsView, digest
from support.builders import NOON_MS, a_batch, a_movie, a_rating, in_batches

pytestmark = pytest.mark.integration


@pytest.fixture
def store(space: KeySpace) -> RatingStore:
    return RatingStore(space)


async def stats_of(store: RatingStore) -> ItemStats:
    view = StatsView(store.space)
    await view.refresh()
    return view.stats()


async def forget(store: RatingStore, shard: Shard) -> None:
    """What a Redis without its data looks like, for one shard."""
    redis = store.space.redis
    await redis.delete(*[key async for key in redis.scan_iter(f"{store.space.keys(*shard).tag}*")])


async def test_a_redelivered_rating_counts_once(store: RatingStore) -> None:
    batch = a_batch(a_rating())

    await store.apply(batch)
    await store.apply(batch)

    assert await store.counts() == (1, 1)
    assert (await stats_of(store)).n.tolist() == [1]


async def test_an_event_id_at_a_later_offset_changes_nothing(store: RatingStore) -> None:
    event_id = uuid4()
    first = a_rating(event_id=event_id, rating=4.0)
    changed_mind = a_rating(rating=2.0)
    await store.apply(a_batch(first, changed_mind))

    await store.apply(a_batch(first, first_offset=2))

    assert (await store.user(1)).rating.tolist() == [2.0]


async def test_only_the_newest_of_a_users_ratings_of_a_movie_counts(
    store: RatingStore,
) -> None:
    await store.apply(a_batch(a_rating(rating=5.0), a_rating(rating=1.5, rated_at_ms=NOON_MS + 1)))

    stats = await stats_of(store)

    assert (stats.n.tolist(), stats.half_stars.tolist(), stats.positives.tolist()) == ([1], [3], [0])
    assert await store.counts() == (1, 1)


async def test_an_older_rating_that_arrives_late_is_passed_over(store: RatingStore) -> None:
    await store.apply(a_batch(a_rating(rating=5.0), a_rating(rating=1.0, rated_at_ms=NOON_MS - 1)))

    assert (await store.user(1)).rating.tolist() == [5.0]


async def test_a_batch_that_overlaps_an_applied_range_adds_only_the_rest(
    store: RatingStore,
) -> None:
    events = [a_rating(movie_id=movie) for movie in (1, 2, 3)]
    await store.apply(a_batch(*events[:2]))

    await store.apply(a_batch(*events))

    assert (await store.user(1)).movie_id.tolist() == [1, 2, 3]
    assert await store.counts() == (1, 3)


async def test_batches_cut_differently_give_the_same_digest(
    space: KeySpace,
) -> None:
    rng = np.random.default_rng(5)
    events = [
        a_rating(movie_id=int(movie), rating=float(stars) / 2, rated_at_ms=int(NOON_MS + ms * 10_000_000))
        for movie, stars, ms in zip(
            rng.integers(1, 20, 60), rng.integers(1, 11, 60), rng.integers(0, 1_000, 60), strict=True
        )
    ]
    digests = set()
    for name, cuts in (("x", (60,)), ("y", (7, 30, 31, 60))):
        part = KeySpace(space.redis, space.name + name)
        store, start = RatingStore(part), 0
        for cut in cuts:
            await store.apply(a_batch(*events[start:cut], first_offset=start))
            start = cut
        digests.add(await digest(part))

    assert len(digests) == 1


async def test_a_change_feed_polled_again_reads_only_changes(store: RatingStore) -> None:
    await store.apply(a_batch(a_rating(movie_id=1), a_rating(movie_id=2)))
    view = StatsView(store.space)
    await view.refresh()

    await store.apply(a_batch(a_rating(movie_id=2, user_id=1, rated_at_ms=NOON_MS + 5), first_offset=2))

    assert await view.refresh() is True
    assert await view.refresh() is False
    expected = ItemStats.of(
        Ratings(np.array([1, 1]), np.array([1, 2]), np.array([4, 4], np.float32), np.array([NOON_MS, NOON_MS + 5]))
    )
    assert view.stats().movie_id.tolist() == expected.movie_id.tolist()
    assert view.stats().n.tolist() == expected.n.tolist()


async def test_a_batch_after_the_end_of_a_shard_is_refused_and_changes_nothing(
    store: RatingStore,
) -> None:
    await store.apply(a_batch(a_rating(movie_id=1)))

    with pytest.raises(Gap) as refused:
        await store.apply(a_batch(a_rating(movie_id=2), first_offset=5))

    assert refused.value.end == 1
    assert await store.counts() == (1, 1)


async def test_a_shard_reports_its_rebuild_and_copies_keep_what_they_have(
    store: RatingStore,
) -> None:
    first, second = a_batch(a_rating(movie_id=1)), a_batch(a_rating(movie_id=2), first_offset=1)
    for batch in (first, second):
        await store.apply(batch)
    view = StatsView(store.space)
    await view.refresh()
    await forget(store, first.shard)
    await mark_rebuilding(store.space, {first.shard: 2})

    await store.apply(first)

    assert (await store.stored_user(1)).is_rebuilding
    with pytest.raises(Transient):
        await store.user(1)
    assert await view.refresh() is False
    assert view.stats().movie_id.tolist() == [1, 2]
    await store.apply(second)
    assert not (await store.stored_user(1)).is_rebuilding
    assert await view.refresh() is True
    assert view.stats().movie_id.tolist() == [1, 2]


async def test_a_refreshed_copy_drops_what_a_refilled_shard_no_longer_holds(
    store: RatingStore,
) -> None:
    batch = a_batch(a_rating(movie_id=1), a_rating(movie_id=2))
    await store.apply(batch)
    view = StatsView(store.space)
    await view.refresh()
    await forget(store, batch.shard)

    await store.apply(a_batch(a_rating(movie_id=2)))

    assert await view.refresh() is True
    assert view.stats().movie_id.tolist() == [2]


async def test_movies_are_read_by_id_and_those_without_an_event_are_left_out(space: KeySpace) -> None:
    store, movies = MovieStore(space, CATALOG), {m: a_movie(movie_id=m, title=f"Number {m}") for m in range(1, 12)}
    for batch in in_batches(CATALOG, list(movies.values())):
        await store.apply(batch)

    assert await store.read([11, 99, 3]) == {11: movies[11], 3: movies[3]}
    assert await store.read([]) == {}
    assert await store.count() == 11
