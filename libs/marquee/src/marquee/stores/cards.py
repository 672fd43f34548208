"""Every movie as lists show it: a reader's copy of what MovieLens lists and TMDB adds, kept up by two change feeds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from marquee.contracts.events import MetadataStatus
from marquee.contracts.topics import CATALOG, METADATA
from marquee.stores.views import ChangeFeed

NO_GENRES = "(no genres listed)"


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """Where posters are: an image base URL and a size, before TMDB's poster_path."""

    base: str = "https://image.tmdb.org/t/p"
    size: str = "w342"

    def poster_url(self, path: str | None) -> str | None:
        return f"{self.base}/{self.size}{path}" if path else None


CardFields = dict[str, Any]
"""movie_id, title, year, genres, runtime, poster_url: the fields of marquee.contracts.bodies.Card, ready for JSON."""


class Cards:
    """All cards by movie id."""

    def __init__(self, redis: Redis, space: str, images: ImageSettings) -> None:
        self._listed = ChangeFeed(redis, space, CATALOG.name)
        self._enriched = ChangeFeed(redis, space, METADATA.name)
        self._images = images
        self._base: dict[int, CardFields] = {}
        self._extra: dict[int, CardFields] = {}
        self._cards: dict[int, CardFields] = {}
        self._changed: set[int] = set()  # read, not yet reported
        self.version = 0

    def __len__(self) -> int:
        return len(self._cards)

    def __iter__(self) -> Iterator[CardFields]:
        return iter(self._cards.values())

    def get(self, movie_id: int) -> CardFields | None:
        return self._cards.get(movie_id)

    async def refresh(self) -> set[int]:
        """Read what changed; the ids whose cards are new or different.

        Raises:
            Transient: Redis is unavailable; the cards stay as they were. What was read is kept for the next call: the
                feeds do not give it a second time.
        """
        await self._read(self._listed, self._base, _listed_fields)
        await self._read(self._enriched, self._extra, self._enriched_fields)
        changed, self._changed = self._changed, set()
        for movie_id in changed & self._base.keys():
            self._cards[movie_id] = _joined(self._base[movie_id], self._extra.get(movie_id, {}))
        self.version += bool(changed)
        return changed

    async def _read(
        self, feed: ChangeFeed, fields: dict[int, CardFields], fields_of: Callable[[dict[str, Any]], CardFields]
    ) -> None:
        for shard in (await feed.poll()).values():
            for movie_id, value in shard.values.items():
                if value:  # what the store has lost, it is given again
                    fields[movie_id] = fields_of(orjson.loads(value))
                    self._changed.add(movie_id)

    def _enriched_fields(self, event: dict[str, Any]) -> CardFields:
        if event["status"] != MetadataStatus.FOUND:
            return {}
        return {
            "year": event.get("release_year"),
            "runtime": event.get("runtime_min") or None,
            "poster_url": self._images.poster_url(event.get("poster_path")),
            "original_title": event.get("original_title"),
        }


def _listed_fields(event: dict[str, Any]) -> CardFields:
    genres = [genre for genre in event.get("genres", ()) if genre != NO_GENRES]
    return {"movie_id": event["movie_id"], "title": event["title"], "year": event.get("year"), "genres": genres}


def _joined(base: CardFields, extra: CardFields) -> CardFields:
    return base | {
        "year": base["year"] or extra.get("year"),
        "runtime": extra.get("runtime"),
        "poster_url": extra.get("poster_url"),
    }
