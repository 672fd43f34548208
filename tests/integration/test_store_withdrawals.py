"""Withdrawals in the online store, on a real Valkey: afterwards it is as if the rating had never been."""

from itertools import pairwise
from uuid import uuid4

import numpy as np
import pytest

from marquee.contracts.events import MoviesRated
from marquee.contracts.topics import RATINGS, shard_of
from marquee.stores.key_space import KeySpace
from marquee.stores.online import RatingStore
from marquee.stores.shards import set_back
from marquee.stores.views import StatsView, digest
from support.builders import NOON_MS, a_batch, a_rating, a_withdrawal

pytestmark = pytest.mark.integration

SHARD = (RATINGS.name, shard_of(1))


@pytest.fixture
def store(space: KeySpace) -> RatingStore:
    return RatingStore(space)


async def digest_of(space: KeySpace, *events: MoviesRated) -> str:
    """What a store holds that has read these events and no others."""
    other = KeySpace(space.redis, f"{space.name}{uuid4().hex[:6]}")
    await RatingStore(other).apply(a_batch(*events))
    return await digest(other)


async def test_a_store_is_as_if_a_withdrawn_rating_had_never_been(store: RatingStore) -> None:
    kept = a_rating(movie_id=2, rating=3.0)

    await store.apply(a_batch(a_rating(movie_id=1, rating=5.0), kept, a_withdrawal(movie_id=1)))

    assert (await store.user(1)).movie_id.tolist() == [2]
    assert await store.counts() == (1, 1)
    assert await digest(store.space) == await digest_of(store.space, kept)


async def test_a_user_whose_only_rating_goes_is_unknown_again(store: RatingStore) -> None:
    nothing = await digest(store.space)
    await store.apply(a_batch(a_rating()))

    await store.apply(a_batch(a_withdrawal(), first_offset=1))

    assert (await store.counts(), await store.user_ids()) == ((0, 0), [])
    assert not await store.space.redis.exists(store.keys(SHARD[1]).user(1))
    assert await store.space.redis.hlen(store.keys(SHARD[1]).movies) == 0
    assert await digest(store.space) == nothing


async def test_rated_withdrawn_and_rated_again_is_rated_once(store: RatingStore) -> None:
    again = a_rating(rating=2.0, rated_at_ms=NOON_MS - 1)

    for at, event in enumerate((a_rating(rating=5.0), a_withdrawal(), again)):
        await store.apply(a_batch(event, first_offset=at))

    assert await store.counts() == (1, 1)
    assert await digest(store.space) == await digest_of(store.space, again)


async def test_a_withdrawal_of_what_was_never_rated_leaves_nothing(store: RatingStore) -> None:
    nothing = await digest(store.space)

    await store.apply(a_batch(a_withdrawal(), a_withdrawal(movie_id=7)))

    assert (await store.counts(), await store.user_ids(), await digest(store.space)) == ((0, 0), [], nothing)


async def test_a_withdrawal_that_arrives_twice_counts_at_its_first_place_only(store: RatingStore) -> None:
    rating, taken_back, again = a_rating(), a_withdrawal(), a_rating(rating=2.0)

    await store.apply(a_batch(rating, taken_back, again, taken_back))
    await store.apply(a_batch(taken_back, rating, first_offset=4))

    assert (await store.user(1)).rating.tolist() == [2.0]
    assert await digest(store.space) == await digest_of(store.space, again)


@pytest.mark.parametrize("seed", range(6))
async def test_ratings_withdrawals_and_duplicates_cut_anyhow_leave_what_stands(store: RatingStore, seed: int) -> None:
    rng = np.random.default_rng(seed)
    different = [
        a_withdrawal(movie_id=int(movie))
        if half_stars > 10
        else a_rating(movie_id=int(movie), rating=half_stars / 2, rated_at_ms=NOON_MS + int(age) * 86_400_000)
        for movie, half_stars, age in zip(
            rng.integers(1, 9, 60), rng.integers(1, 15, 60).tolist(), rng.integers(0, 30, 60), strict=True
        )
    ]
    events = [different[at] for at in rng.integers(0, 60, 150)]
    standing: dict[int, MoviesRated] = {}
    for event in dict.fromkeys(events):  # each at its first place
        movie = event.movie_id[0]
        if event.rating[0] is None:
            standing.pop(movie, None)
        elif movie not in standing or event.rated_at_ms >= standing[movie].rated_at_ms:
            standing[movie] = event

    for first, end in pairwise([0, *sorted(rng.choice(np.arange(1, 150), 20, replace=False).tolist()), 150]):
        await store.apply(a_batch(*events[first:end], first_offset=first))

    assert await digest(store.space) == await digest_of(store.space, *standing.values())
    assert await store.counts() == (int(bool(standing)), len(standing))


async def test_copies_of_the_counts_lose_a_withdrawn_rating(store: RatingStore) -> None:
    await store.apply(a_batch(a_rating(movie_id=1), a_rating(movie_id=2)))
    view = StatsView(store.space)
    await view.refresh()

    await store.apply(a_batch(a_withdrawal(movie_id=1), first_offset=2))

    assert await view.refresh() is True
    assert view.stats().movie_id.tolist() == [2]


async def test_marks_that_outlive_an_emptied_shard_do_not_hide_what_is_read_again(store: RatingStore) -> None:
    events = [a_rating(movie_id=1), a_rating(movie_id=2), a_withdrawal(movie_id=1)]
    await store.apply(a_batch(*events))
    before, keys = await digest(store.space), store.keys(SHARD[1])
    await store.space.redis.delete(keys.meta, keys.users, keys.user(1), keys.movies, keys.changed)

    await store.apply(a_batch(*events))

    assert await digest(store.space) == before
    assert await store.counts() == (1, 1)


async def test_events_that_come_again_at_other_offsets_leave_what_one_reading_leaves(store: RatingStore) -> None:
    """A week has passed since the rating, so that the store remembers the withdrawal's event alone."""
    rating, taken_back, new = a_rating(), a_withdrawal(), a_rating(movie_id=2)
    await store.apply(a_batch(rating, taken_back))
    await store.space.redis.delete(store.keys(SHARD[1]).event(rating.event_id))

    await set_back(store.space, SHARD, 0, again=[rating.event_id, taken_back.event_id])
    await store.apply(a_batch(new, rating, taken_back))

    assert await digest(store.space) == await digest_of(store.space, new)


async def test_a_duplicate_of_what_stays_is_still_one_after_the_shard_was_set_back(store: RatingStore) -> None:
    rating, taken_back = a_rating(), a_withdrawal()
    await store.apply(a_batch(rating, taken_back, rating))

    await set_back(store.space, SHARD, 2, again=[rating.event_id])
    await store.apply(a_batch(rating, first_offset=2))

    assert await store.counts() == (0, 0)
