"""A reader's copy of the cards: what changed arrives, also when a read fails half-way."""

import pytest
from redis.exceptions import ResponseError

from marquee.contracts.topics import CATALOG, METADATA, shard_of
from marquee.stores.cards import Cards, ImageSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore
from support.builders import a_movie, an_enriched, in_batches

pytestmark = pytest.mark.integration


async def test_movies_read_before_a_read_of_their_metadata_failed_are_not_lost(
    space: KeySpace,
) -> None:
    for listed in in_batches(CATALOG, [a_movie(movie_id=m, title=f"Number {m}") for m in (1, 2, 3)]):
        await MovieStore(space, CATALOG).apply(listed)
    cards = Cards(space, ImageSettings())
    unreadable = space.keys(METADATA.name, (shard_of(1) + 1) % METADATA.partitions).meta
    await space.redis.set(unreadable, "of another type")
    with pytest.raises(ResponseError):
        await cards.refresh()
    assert (len(cards), cards.version) == (0, 0), "the copy stays as it was"

    await space.redis.delete(unreadable)
    for found in in_batches(METADATA, [an_enriched(movie_id=1, poster_path="/1.jpg")]):
        await MovieStore(space, METADATA).apply(found)
    changed = await cards.refresh()

    assert changed == {1, 2, 3}
    assert {card["movie_id"]: card["title"] for card in cards} == {1: "Number 1", 2: "Number 2", 3: "Number 3"}
    card = cards.get(1)
    assert card is not None
    assert (card["poster_url"] or "").endswith("/1.jpg")
    assert await cards.refresh() == set()
