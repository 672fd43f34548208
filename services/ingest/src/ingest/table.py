"""All ratings of a data set as compact columns: grouped by user, repeated ones found, cut into slices."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ingest.rows import Rows
from marquee.arrays import BoolArray, IntArray
from marquee.state.ratings import Ratings

SLICE_ROWS = 250_000
"""Rows handled at once: bounds the memory of sorting and encoding."""

IdArray = NDArray[Any]  # int32 where it suffices, else int64


@dataclass(frozen=True, slots=True)
class Table:
    """Usable ratings, 17 bytes a row.

    Attributes:
        user, movie: (n,) int32 or int64. half_stars: (n,) uint8, 1 to 10. rated_at_s: (n,) uint32.
        row: (n,) position in the order read, uint32.
    """

    user: IdArray
    movie: IdArray
    half_stars: NDArray[np.uint8]
    rated_at_s: NDArray[np.uint32]
    row: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.user)

    def take(self, selection: IntArray | BoolArray | slice) -> Self:
        return type(self)(*(getattr(self, name)[selection] for name in self.__slots__))

    def in_order_read(self) -> Ratings:
        """The same ratings in the order of the file, as the library's models take them."""
        ordered = self.take(np.argsort(self.row, kind="stable"))
        return Ratings(
            ordered.user.astype(np.int64),
            ordered.movie.astype(np.int64),
            ordered.half_stars * np.float32(0.5),
            ordered.rated_at_s.astype(np.int64) * 1_000,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One block's usable rows before they are put together."""

    user: IdArray
    movie: IdArray
    half_stars: NDArray[np.uint8]
    rated_at_s: NDArray[np.uint32]

    @classmethod
    def of(cls, rows: Rows) -> Self:
        half_stars, rated_at_s = (rows.rating * 2).astype(np.uint8), rows.timestamp.astype(np.uint32)
        return cls(_narrow(rows.user), _narrow(rows.movie), half_stars, rated_at_s)


def _narrow(ids: IntArray) -> IdArray:
    return ids.astype(np.int32) if not len(ids) or ids.max() < 2**31 else ids


def by_user(parts: Sequence[Part]) -> Table:
    """Rows grouped by ascending user, each user's rows in the order read. MovieLens's files are so already."""
    empty = np.empty(0, np.int32)
    user = np.concatenate([part.user for part in parts]) if parts else empty
    table = Table(
        user,
        np.concatenate([part.movie for part in parts]) if parts else empty,
        np.concatenate([part.half_stars for part in parts]) if parts else empty.astype(np.uint8),
        np.concatenate([part.rated_at_s for part in parts]) if parts else empty.astype(np.uint32),
        np.arange(len(user), dtype=np.uint32),
    )
    if np.all(user[1:] >= user[:-1]):
        return table
    return table.take(np.argsort(user, kind="stable"))


def slices(table: Table, rows: int = SLICE_ROWS) -> Iterator[slice]:
    """Cut a table grouped by user into whole users, about `rows` rows per slice. An empty table gives none."""
    start = 0
    while start < len(table):
        end = min(start + rows, len(table))
        if end < len(table):  # to the end of the user that the cut fell into
            end = int(np.searchsorted(table.user, table.user[end - 1], side="right"))
        yield slice(start, end)
        start = end


def repeated(table: Table) -> BoolArray:
    """Mark the rows that a newer rating of the same user and movie replaces.

    If several are equally new, the last one read stays unmarked.

    Args:
        table: grouped by user.
    """
    marked = np.zeros(len(table), bool)
    for cut in slices(table):
        part = table.take(cut)
        user_code = np.cumsum(np.r_[False, part.user[1:] != part.user[:-1]])
        movie_code = part.movie if part.movie.dtype == np.int32 else np.unique(part.movie, return_inverse=True)[1]
        pair = (user_code << 32) | movie_code
        ordered = np.sort(pair)
        if not np.any(ordered[1:] == ordered[:-1]):
            continue
        order = np.lexsort((part.row, part.rated_at_s, pair))
        is_older = np.r_[pair[order][1:] == pair[order][:-1], False]
        marked[cut.start + order[is_older]] = True
    return marked
