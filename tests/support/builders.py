"""Builders: a valid thing of each kind; a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from marquee.contracts.batches import Batch, Delivered
from marquee.contracts.events import MAX_CHUNK, MetadataStatus, MovieEnriched, MovieListed, MoviesRated, UserActed
from marquee.contracts.topics import ACTIVITY, RATINGS, E, Topic, partition_of, shard_of
from marquee.state.ratings import Ratings
from marquee.stores.rows import ActivityRows, MovieRows, RatingRows

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


def an_act(
    kind: str = "dismissed",
    *,
    user_id: int = 1,
    movie_id: int = 42,
    at_ms: int = NOON_MS,
    event_id: UUID | None = None,
    **known: object,
) -> UserActed:
    act = {"event_id": event_id or uuid4(), "user_id": user_id, "kind": kind, "acted_at_ms": at_ms}
    return UserActed.model_validate(act | {"movie_id": (movie_id,)} | known)


def an_impression(*, user_id: int = 1, movie_ids: Sequence[int] = (1, 2, 3), **known: object) -> UserActed:
    n = len(movie_ids)
    shown = {"kind": "shown", "user_id": user_id, "ranking_id": "r", "model_version": "v1", "movie_id": movie_ids}
    columns = {"position": range(1, n + 1), "score": [1 / place for place in range(1, n + 1)], "propensity": [1.0] * n}
    return UserActed.model_validate({"event_id": uuid4(), "acted_at_ms": NOON_MS} | shown | columns | known)


def a_withdrawal(*, user_id: int = 1, movie_id: int = 42, event_id: UUID | None = None) -> MoviesRated:
    """The user takes a rating back, at the time of all builders."""
    return MoviesRated(
        event_id=event_id or uuid4(), user_id=user_id, movie_id=(movie_id,), rating=(None,), rated_at_ms=(NOON_MS,)
    )


def a_movie(
    *, movie_id: int = 42, title: str = "Heat", year: int | None = 1995, genres: Sequence[str] = ("Action",)
) -> MovieListed:
    return MovieListed(movie_id=movie_id, title=title, year=year, genres=tuple(genres))


def an_enriched(*, movie_id: int = 42, **known: object) -> MovieEnriched:
    found = {"status": MetadataStatus.FOUND, "fetched_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return MovieEnriched.model_validate({"movie_id": movie_id} | found | known)


def delivered(events: Sequence[E], *, first_offset: int = 0) -> tuple[Delivered[E], ...]:
    """Events as read at consecutive offsets."""
    return tuple(
        Delivered(first_offset + at, event, event.model_dump_json().encode()) for at, event in enumerate(events)
    )


def a_batch(*events: MoviesRated, first_offset: int = 0) -> RatingRows:
    """The events of one user's partition, at consecutive offsets."""
    records = delivered(events, first_offset=first_offset)
    partition = shard_of(events[0].user_id) if events else 0
    return RatingRows.of(Batch(RATINGS, partition, first_offset, first_offset + len(records), records))


def rows_of(batch: Batch[Any]) -> Any:
    """A batch as the stores take it."""
    kinds: dict[str, type[RatingRows] | type[ActivityRows]] = {RATINGS.name: RatingRows, ACTIVITY.name: ActivityRows}
    return kinds.get(batch.topic.name, MovieRows).of(batch)


def in_batches(topic: Topic[E], events: Sequence[E], *, size: int = 1_000) -> list[Any]:
    """Events as each partition would deliver them, at most `size` at a time, as rows for the stores."""
    found = []
    for partition in range(topic.partitions):
        own = [event for event in events if partition_of(topic.key_of(event)) == partition]
        for first in range(0, len(own), size):
            records = delivered(own[first : first + size], first_offset=first)
            found.append(rows_of(Batch(topic, partition, first, first + len(records), records)))
    return found


def ends_of(topic: Topic[E], events: Sequence[E]) -> tuple[int, ...]:
    """Where each partition of a topic ends that holds these events alone."""
    partitions = [partition_of(topic.key_of(event)) for event in events]
    return tuple(partitions.count(partition) for partition in range(topic.partitions))


def chunks(ratings: Ratings) -> list[MoviesRated]:
    """Ratings as the events of a bulk load: up to 1,000 of one user each."""
    order = np.argsort(ratings.user_id, kind="stable")
    columns = (ratings.user_id, ratings.movie_id, ratings.rating, ratings.rated_at)
    found = []
    for user, rows in groupby(zip(*(column[order].tolist() for column in columns), strict=True), key=itemgetter(0)):
        own = list(rows)
        for first in range(0, len(own), MAX_CHUNK):
            _, movie, stars, at = zip(*own[first : first + MAX_CHUNK], strict=True)
            found.append(MoviesRated(event_id=uuid4(), user_id=user, movie_id=movie, rating=stars, rated_at_ms=at))
    return found
