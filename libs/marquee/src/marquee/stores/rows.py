"""A batch as columns: made once, then given to the event log and to the online store."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, compress
from typing import Any, Self
from uuid import UUID

import numpy as np

from marquee.arrays import BoolArray, IntArray
from marquee.contracts.batches import Batch, Shard
from marquee.contracts.events import MovieEnriched, MovieListed, MoviesRated, UserActed
from marquee.state.ratings import Ratings


@dataclass(frozen=True, slots=True)
class Rows(ABC):
    """The records of one shard between two offsets.

    Attributes:
        first_offset, next_offset: the range, the second exclusive.
        offset: (r,) int64, of each record, ascending; offsets without an event are absent.
    """

    shard: Shard
    first_offset: int
    next_offset: int
    offset: IntArray

    @abstractmethod
    def __len__(self) -> int:
        """Rows of the log: ratings, movie events, or acts."""

    @abstractmethod
    def where(self, keep: BoolArray) -> Self:
        """The same range with some of its records.

        Args:
            keep: (r,) which.
        """

    def since(self, offset: int) -> Self:
        """Without the records before an offset, which is the new beginning if it is after the present one."""
        if offset <= self.first_offset:
            return self
        return replace(self.where(self.offset >= offset), first_offset=offset)


@dataclass(frozen=True, slots=True)
class RatingRows(Rows):
    """Records of ratings.v1.

    Attributes:
        event_id: of each record.
        length: (r,) int64, how many ratings each record has.
        ratings: all of them, record after record; a withdrawal has NaN stars.
    """

    event_id: tuple[UUID, ...]
    length: IntArray
    ratings: Ratings

    def __len__(self) -> int:
        return len(self.ratings)

    @classmethod
    def of(cls, batch: Batch[MoviesRated]) -> Self:
        events = [record.event for record in batch.records]
        length = np.array([len(event.movie_id) for event in events], np.int64)
        total = int(length.sum())
        ratings = Ratings(
            np.repeat(np.array([event.user_id for event in events], np.int64), length),
            _flat((event.movie_id for event in events), np.int64, total),
            _flat((event.rating for event in events), np.float32, total),  # None becomes NaN
            _flat((event.rated_at_ms for event in events), np.int64, total),
        )
        return cls(*_range(batch), tuple(event.event_id for event in events), length, ratings)

    def first_of_each_event(self) -> Self:
        """Without the records whose event id stands at an earlier offset of the range."""
        first: dict[UUID, int] = {}
        for at, event_id in enumerate(self.event_id):
            first.setdefault(event_id, at)
        keep = np.zeros(len(self.event_id), bool)
        keep[list(first.values())] = True
        return self.where(keep)

    def where(self, keep: BoolArray) -> Self:
        if keep.all():
            return self
        return replace(
            self,
            offset=self.offset[keep],
            event_id=tuple(compress(self.event_id, keep)),
            length=self.length[keep],
            ratings=self.ratings.take(np.repeat(keep, self.length)),
        )


@dataclass(frozen=True, slots=True)
class MovieRows(Rows):
    """Records of catalog.v1 or metadata.v1.

    Attributes:
        movie_id: (r,) int64. value: the events as the JSON that arrived.
    """

    movie_id: IntArray
    value: tuple[bytes, ...]

    def __len__(self) -> int:
        return len(self.value)

    @classmethod
    def of(cls, batch: Batch[MovieListed] | Batch[MovieEnriched]) -> Self:
        movie_id = np.array([record.event.movie_id for record in batch.records], np.int64)
        return cls(*_range(batch), movie_id, tuple(record.value for record in batch.records))

    def where(self, keep: BoolArray) -> Self:
        if keep.all():
            return self
        return replace(
            self, offset=self.offset[keep], movie_id=self.movie_id[keep], value=tuple(compress(self.value, keep))
        )


@dataclass(frozen=True, slots=True)
class ActivityRows(Rows):
    """Records of activity.v1.

    Attributes:
        acts: of each record.
    """

    acts: tuple[UserActed, ...]

    def __len__(self) -> int:
        return len(self.acts)

    @classmethod
    def of(cls, batch: Batch[UserActed]) -> Self:
        return cls(*_range(batch), tuple(record.event for record in batch.records))

    def where(self, keep: BoolArray) -> Self:
        if keep.all():
            return self
        return replace(self, offset=self.offset[keep], acts=tuple(compress(self.acts, keep)))


def _range(batch: Batch[Any]) -> tuple[Shard, int, int, IntArray]:
    offset = np.array([record.offset for record in batch.records], np.int64)
    return batch.shard, batch.first_offset, batch.next_offset, offset


def _flat(columns: Iterable[Iterable[float | None]], dtype: type[np.generic], total: int) -> Any:
    """Several short columns as one long one."""
    return np.fromiter(chain.from_iterable(columns), dtype, total)
