"""Every movie as lists show it: a reader's copy of what MovieLens lists and TMDB adds, kept up by two change feeds."""

import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from marquee.contracts.events import NOT_GENRES, MetadataStatus
from marquee.contracts.ranking_fields import CardFields
from marquee.contracts.topics import CATALOG, METADATA
from marquee.settings import ServiceSettings
from marquee.stores.key_space import KeySpace
from marquee.stores.shards import Marks
from marquee.stores.views import ChangeFeed

Event = dict[str, Any]
"""A `MovieListed` or `MovieEnriched` as the store keeps it; validated before it was stored."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Where posters are: an image base URL and a size, before TMDB's poster_path."""

    base: str = "https://image.tmdb.org/t/p"
    size: str = "w342"

    def poster_url(self, path: str | None) -> str | None:
        return f"{self.base}/{self.size}{path}" if path else None


class CardSettings(ServiceSettings):
    """Base of the settings of a service that makes cards. The page's content security policy reads `image_base` too."""

    image_base: str = ImageSettings().base
    image_size: str = ImageSettings().size

    @property
    def images(self) -> ImageSettings:
        return ImageSettings(self.image_base, self.image_size)


@dataclass(frozen=True, slots=True)
class _Listed:
    """What MovieLens knows about a movie."""

    title: str
    year: int | None
    genres: list[str]


@dataclass(frozen=True, slots=True)
class _Details:
    """What TMDB adds to a card; its title is the one that people know."""

    title: str | None = None
    year: int | None = None
    runtime: int | None = None
    poster_url: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What a movie can be found by besides the title on its card; people and keywords as TMDB writes them."""

    other_titles: tuple[str, ...] = ()
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Cards:
    """All cards by movie id.

    Args:
        with_names: keep each movie's other titles, people and keywords too, in `names`; only the gateway needs
            them.
    """

    def __init__(self, space: KeySpace, images: ImageSettings, *, with_names: bool = False) -> None:
        self._listed = ChangeFeed(space, CATALOG.name)
        self._enriched = ChangeFeed(space, METADATA.name)
        self._images = images
        self._titles: dict[int, _Listed] = {}
        self._details: dict[int, _Details] = {}
        self._cards: dict[int, CardFields] = {}
        self._with_names = with_names
        self.names: dict[int, Names] = {}
        self._changed: set[int] = set()  # read, not yet reported
        self.version = 0

    def __len__(self) -> int:
        return len(self._cards)

    def __iter__(self) -> Iterator[CardFields]:
        return iter(self._cards.values())

    def get(self, movie_id: int) -> CardFields | None:
        return self._cards.get(movie_id)

    def titles(self, movie_id: int) -> tuple[str, ...]:
        """Every known title of a movie that has a card: the card's, MovieLens's and the original one."""
        known = (self._cards[movie_id]["title"], self._titles[movie_id].title)
        return tuple(dict.fromkeys((*known, *self.names.get(movie_id, Names()).other_titles)))

    async def refresh(self, marks: Marks | None = None) -> set[int]:
        """Read what changed; the ids whose cards are new or different.

        Args:
            marks: of CATALOG and METADATA, where they have just been read.
        Raises:
            Transient: Redis is unavailable; the cards stay as they were. What was read is kept for the next call: the
                feeds do not give it a second time.
        """
        async for event in self._read(self._listed, marks):
            self._titles[event["movie_id"]] = _listed(event)
        async for event in self._read(self._enriched, marks):
            self._details[event["movie_id"]] = self._details_of(event)
            if self._with_names:
                self.names[event["movie_id"]] = _names(event)
        changed, self._changed = self._changed, set()
        for movie_id in changed & self._titles.keys():
            self._cards[movie_id] = _card(movie_id, self._titles[movie_id], self._details.get(movie_id, _Details()))
        self.version += bool(changed)
        return changed

    async def _read(self, feed: ChangeFeed, marks: Marks | None) -> AsyncIterator[Event]:
        """The events that changed; a movie that the store has lost keeps its card."""
        for shard in (await feed.poll(dict, marks)).values():
            for part in shard.parts:
                for movie_id, value in part.items():
                    if value:
                        self._changed.add(movie_id)
                        yield orjson.loads(value)

    def _details_of(self, event: Event) -> _Details:
        if event["status"] != MetadataStatus.FOUND:
            return _Details()
        poster_url = self._images.poster_url(event.get("poster_path"))
        runtime = event.get("runtime_min") or None
        return _Details(event.get("title") or None, event.get("release_year"), runtime, poster_url)


def _names(event: Event) -> Names:
    if event["status"] != MetadataStatus.FOUND:
        return Names()
    original = event.get("original_title")
    others = (tuple(map(sys.intern, event.get(part, ()))) for part in ("directors", "cast", "keywords"))
    return Names((original,) if original and original != event.get("title") else (), *others)


def _listed(event: Event) -> _Listed:
    genres = [genre for genre in event.get("genres", ()) if genre not in NOT_GENRES]
    return _Listed(event["title"], event.get("year"), genres)


def _card(movie_id: int, listed: _Listed, details: _Details) -> CardFields:
    return {
        "movie_id": movie_id,
        "title": details.title or listed.title,
        "year": listed.year or details.year,
        "genres": listed.genres,
        "runtime": details.runtime,
        "poster_url": details.poster_url,
    }
