"""A reader's copy of the cards: what changed arrives, also when a read fails half-way."""

from collections.abc import Sequence
from typing import TypeVar

import pytest
from redis.exceptions import ResponseError

from marquee.contracts.batches import Batch
from marquee.contracts.events import MetadataStatus, MovieEnriched, MovieListed
from marquee.contracts.topics import CATALOG, METADATA, Topic, partition_of, shard_of
from marquee.stores.cards import Cards, ImageSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.online import MovieStore
from marquee.stores.shards import stored_offsets
from support.builders import a_movie, an_enriched, delivered, in_batches, rows_of

pytestmark = pytest.mark.integration

Movie = TypeVar("Movie", MovieListed, MovieEnriched)


async def test_movies_read_before_a_read_of_their_metadata_failed_are_not_lost(space: KeySpace) -> None:
    for movies in in_batches(CATALOG, [a_movie(movie_id=m, title=f"Number {m}") for m in (1, 2, 3)]):
        await MovieStore(space, CATALOG).apply(movies)
    cards = Cards(space, ImageSettings())
    unreadable = space.keys(METADATA.name, (shard_of(1) + 1) % METADATA.partitions).meta
    await space.redis.set(unreadable, "of another type")
    with pytest.raises(ResponseError):
        await cards.refresh()
    assert (len(cards), cards.version) == (0, 0), "the copy stays as it was"

    await space.redis.delete(unreadable)
    for answers in in_batches(METADATA, [an_enriched(movie_id=1, poster_path="/1.jpg")]):
        await MovieStore(space, METADATA).apply(answers)
    changed = await cards.refresh()

    assert changed == {1, 2, 3}
    assert {card["movie_id"]: card["title"] for card in cards} == {1: "Number 1", 2: "Number 2", 3: "Number 3"}
    card = cards.get(1)
    assert card is not None
    assert (card["poster_url"] or "").endswith("/1.jpg")
    assert await cards.refresh() == set()


async def listed(space: KeySpace, *movies: MovieListed) -> None:
    await stored(space, CATALOG, movies)


async def found(space: KeySpace, *answers: MovieEnriched) -> None:
    await stored(space, METADATA, answers)


async def stored(space: KeySpace, topic: Topic[Movie], events: Sequence[Movie]) -> None:
    """Apply events of one movie each, every one at the end of its shard."""
    for event in events:
        number = partition_of(topic.key_of(event))
        at = (await stored_offsets(space, [(topic.name, number)]))[topic.name, number]
        await MovieStore(space, topic).apply(
            rows_of(Batch(topic, number, at, at + 1, delivered([event], first_offset=at)))
        )


async def test_a_card_joins_the_listed_movie_with_its_metadata(space: KeySpace) -> None:
    await listed(space, a_movie(movie_id=42, title="Heat", year=1995, genres=("Action", "Crime")))
    await found(space, an_enriched(movie_id=42, runtime_min=170, poster_path="/heat.jpg", release_year=1996))
    cards = Cards(space, ImageSettings(base="https://images", size="w1"))

    await cards.refresh()

    assert cards.get(42) == {
        "movie_id": 42,
        "title": "Heat",
        "year": 1995,
        "genres": ["Action", "Crime"],
        "runtime": 170,
        "poster_url": "https://images/w1/heat.jpg",
    }


async def test_tmdbs_year_fills_in_for_a_missing_one(space: KeySpace) -> None:
    await listed(space, a_movie(movie_id=42, year=None))
    await found(space, an_enriched(movie_id=42, release_year=1995))
    cards = Cards(space, ImageSettings())

    await cards.refresh()

    card = cards.get(42)
    assert card is not None
    assert card["year"] == 1995


async def test_the_title_on_a_card_is_tmdbs_and_every_other_one_is_kept_for_search(space: KeySpace) -> None:
    await listed(space, a_movie(movie_id=4, title="Amelie (Le fabuleux destin)"), a_movie(movie_id=5, title="Heat"))
    known = {"title": "Amélie", "original_title": "Le fabuleux destin d'Amélie Poulain"}
    await found(space, an_enriched(movie_id=4, directors=("Jean-Pierre Jeunet",), cast=("Audrey Tautou",), **known))
    cards = Cards(space, ImageSettings(), with_names=True)

    await cards.refresh()

    assert [card["title"] for card in cards] == ["Amélie", "Heat"]
    assert cards.titles(4) == ("Amélie", "Amelie (Le fabuleux destin)", "Le fabuleux destin d'Amélie Poulain")
    assert cards.titles(5) == ("Heat",)
    assert (cards.names[4].directors, cards.names[4].cast) == (("Jean-Pierre Jeunet",), ("Audrey Tautou",))


@pytest.mark.parametrize("entry", ["(no genres listed)", "IMAX"])
async def test_what_is_no_genre_is_not_shown_as_one(space: KeySpace, entry: str) -> None:
    await listed(space, a_movie(movie_id=42, genres=(entry,)))
    cards = Cards(space, ImageSettings())

    await cards.refresh()

    card = cards.get(42)
    assert card is not None
    assert card["genres"] == []


async def test_a_movie_that_is_not_listed_has_no_card(space: KeySpace) -> None:
    await found(space, an_enriched(movie_id=42))
    cards = Cards(space, ImageSettings())

    await cards.refresh()

    assert cards.get(42) is None
    assert len(cards) == 0


async def test_metadata_that_comes_before_its_movie_is_on_the_card(space: KeySpace) -> None:
    cards = Cards(space, ImageSettings())
    await found(space, an_enriched(movie_id=42, runtime_min=170))
    await cards.refresh()

    await listed(space, a_movie(movie_id=42))
    changed = await cards.refresh()

    card = cards.get(42)
    assert card is not None
    assert (changed, card["runtime"]) == ({42}, 170)


async def test_only_what_changed_is_reported_and_moves_the_version(space: KeySpace) -> None:
    await listed(space, a_movie(movie_id=1, title="One"), a_movie(movie_id=2, title="Two"))
    cards = Cards(space, ImageSettings())
    assert (await cards.refresh(), cards.version) == ({1, 2}, 1)
    assert (await cards.refresh(), cards.version) == (set(), 1)

    await listed(space, a_movie(movie_id=2, title="Second"))

    assert (await cards.refresh(), cards.version) == ({2}, 2)
    assert [card["title"] for card in cards] == ["One", "Second"]


async def test_a_movie_that_tmdb_no_longer_knows_loses_its_poster(space: KeySpace) -> None:
    await listed(space, a_movie(movie_id=42))
    await found(space, an_enriched(movie_id=42, poster_path="/heat.jpg"))
    cards = Cards(space, ImageSettings())
    await cards.refresh()

    await found(space, an_enriched(movie_id=42, status=MetadataStatus.NOT_FOUND))
    await cards.refresh()

    card = cards.get(42)
    assert card is not None
    assert card["poster_url"] is None
