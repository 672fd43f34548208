"""Builders: a valid thing of each kind; a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from marquee.consumer import Batch, Delivered
from marquee.events import MetadataStatus, MovieEnriched, MovieListed, MoviesRated
from marquee.topics import RATINGS, shard_of

NOON_MS = 1_500_000_000_000


def a_rating(
    *,
    user_id: int = 1,
    movie_id: int = 42,
    rating: float = 4.0,
    rated_at_ms: int = NOON_MS,
    event_id: UUID | None = None,
) -> MoviesRated:
    return MoviesRated(
        event_id=event_id or uuid4(),
        user_id=user_id,
        movie_id=(movie_id,),
        rating=(rating,),
        rated_at_ms=(rated_at_ms,),
    )


def a_movie(
    *, movie_id: int = 42, title: str = "Heat", year: int | None = 1995, genres: Sequence[str] = ("Action",)
) -> MovieListed:
    return MovieListed(movie_id=movie_id, title=title, year=year, genres=tuple(genres))


def an_enriched(*, movie_id: int = 42, **known: object) -> MovieEnriched:
    found = {"status": MetadataStatus.FOUND, "fetched_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return MovieEnriched.model_validate({"movie_id": movie_id} | found | known)


def a_batch(*events: MoviesRated, first_offset: int = 0) -> Batch[MoviesRated]:
    """The events of one user's partition, at consecutive offsets."""
    records = tuple(Delivered(first_offset + i, event) for i, event in enumerate(events))
    partition = shard_of(events[0].user_id) if events else 0
    return Batch(RATINGS, partition, first_offset, first_offset + len(records), records)
