"""Claims of event ids while Redis is unavailable; with a Redis: tests/integration/test_ingest_event_ids.py."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from ingest.claims import Claims
from marquee.contracts.rating_bodies import LiveRating
from marquee.errors import Refused
from marquee.stores.key_space import KeySpace


class CountedId(UUID):
    """An event id that counts how often any id is hashed."""

    hashed = 0

    def __hash__(self) -> int:
        CountedId.hashed += 1
        return super().__hash__()


def a_live_rating(event_id: UUID, *, stars: float = 4.0) -> LiveRating:
    """Built without validation, so that the id keeps its type."""
    return LiveRating.model_construct(event_id=event_id, user_id=1, movie_id=2, rating=stars, rated_at=None)


@pytest.fixture
async def claims() -> AsyncIterator[Claims]:
    """Claims whose Redis cannot be reached."""
    redis = Redis.from_url("redis://127.0.0.1:1/0")
    yield Claims(KeySpace(redis, "test"), timeout_s=1.0, clock=lambda: 0.0)
    await redis.aclose()


async def test_a_claim_costs_the_same_however_many_ids_are_remembered(claims: Claims) -> None:
    await claims.claim([a_live_rating(CountedId(int=at)) for at in range(1, 5_001)])
    CountedId.hashed = 0

    await claims.claim([a_live_rating(CountedId(int=6_000))])

    assert 0 < CountedId.hashed < 50


async def test_an_id_of_another_rating_is_refused_without_redis(claims: Claims) -> None:
    event_id = uuid4()
    await claims.claim([a_live_rating(event_id)])
    await claims.claim([a_live_rating(event_id)])

    with pytest.raises(Refused):
        await claims.claim([a_live_rating(event_id, stars=1.0)])
