"""A reader's copy of the cards: what changed arrives, also when a read fails half-way."""

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from marquee.contracts.keys import ShardKeys
from marquee.contracts.topics import CATALOG, METADATA, shard_of
from marquee.settings import RedisSettings
from marquee.stores.cards import Cards, ImageSettings
from marquee.stores.online import MovieStore
from support.builders import a_movie, an_enriched, in_batches

pytestmark = pytest.mark.integration


async def test_movies_read_before_a_read_of_their_metadata_failed_are_not_lost(
    redis: Redis, redis_settings: RedisSettings
) -> None:
    space = redis_settings.space
    for listed in in_batches(CATALOG, [a_movie(movie_id=m, title=f"Number {m}") for m in (1, 2, 3)]):
        await MovieStore(redis, space, CATALOG.name).apply(listed)
    cards = Cards(redis, space, ImageSettings())
    unreadable = ShardKeys(space, METADATA.name, (shard_of(1) + 1) % METADATA.partitions).meta
    await redis.set(unreadable, "of another type")
    with pytest.raises(ResponseError):
        await cards.refresh()
    assert (len(cards), cards.version) == (0, 0), "the copy stays as it was"

    await redis.delete(unreadable)
    for found in in_batches(METADATA, [an_enriched(movie_id=1, poster_path="/1.jpg")]):
        await MovieStore(redis, space, METADATA.name).apply(found)
    changed = await cards.refresh()

    assert changed == {1, 2, 3}
    assert {card["movie_id"]: card["title"] for card in cards} == {1: "Number 1", 2: "Number 2", 3: "Number 3"}
    card = cards.get(1)
    assert card is not None
    assert (card["poster_url"] or "").endswith("/1.jpg")
    assert await cards.refresh() == set()
