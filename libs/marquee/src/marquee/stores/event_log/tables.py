"""The schema of the log, and the way from columns to Arrow tables and back to events.

A withdrawal has null stars in the log, as in its event, and NaN in memory.
"""

from collections.abc import Iterator
from functools import singledispatch
from math import isnan
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pyarrow as pa

from marquee.arrays import IntArray
from marquee.contracts.events import MoviesRated, UserActed
from marquee.state.ratings import Ratings
from marquee.stores.rows import ActivityRows, MovieRows, RatingRows, Rows

RATING_SCHEMA = pa.schema(
    [
        ("offset", pa.int64()),
        ("event_id", pa.dictionary(pa.int32(), pa.binary())),
        ("user_id", pa.int64()),
        ("movie_id", pa.int64()),
        ("rating", pa.float32()),
        ("rated_at", pa.int64()),
    ]
)
MOVIE_SCHEMA = pa.schema([("offset", pa.int64()), ("movie_id", pa.int64()), ("event", pa.string())])
ACTIVITY_SCHEMA = pa.schema(
    [
        ("offset", pa.int64()),
        ("event_id", pa.binary(16)),
        ("user_id", pa.int64()),
        ("kind", pa.string()),
        ("acted_at_ms", pa.int64()),
        ("movie_id", pa.list_(pa.int64())),
        ("ranking_id", pa.string()),
        ("model_version", pa.string()),
        ("reason", pa.string()),
        ("position", pa.list_(pa.int32())),
        ("score", pa.list_(pa.float64())),
        ("propensity", pa.list_(pa.float32())),
    ]
)
"""One row per act: an impression's movies are lists, in the order in which they were shown."""


class LoggedEvent(NamedTuple):
    """An event as the log has it.

    Attributes:
        identity: what makes it the same event wherever it stands: the event id if it has one, the bytes of a movie.
        value: the record to publish to have it on the topic again.
    """

    offset: int
    identity: bytes
    value: bytes


@singledispatch
def table_of(rows: Rows) -> pa.Table:
    """The rows as the log keeps them: one row per rating, per movie event, or per act."""
    raise TypeError(f"the log has no schema for {type(rows).__name__}")


@table_of.register
def _(rows: RatingRows) -> pa.Table:
    ids = pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(np.arange(len(rows.length), dtype=np.int32), rows.length)),
        pa.array([event_id.bytes for event_id in rows.event_id], pa.binary()),
    )
    ratings = rows.ratings
    offset = np.repeat(rows.offset, rows.length)
    stars = pa.array(ratings.rating, pa.float32(), from_pandas=True)
    arrays = [offset, ids, ratings.user_id, ratings.movie_id, stars, ratings.rated_at]
    return pa.table(arrays, schema=RATING_SCHEMA)


@table_of.register
def _(rows: MovieRows) -> pa.Table:
    return pa.table([rows.offset, rows.movie_id, list(rows.value)], schema=MOVIE_SCHEMA)


@table_of.register
def _(rows: ActivityRows) -> pa.Table:
    acts = [act.model_dump(exclude={"type", "event_id"}) for act in rows.acts]
    columns: dict[str, Any] = {name: [act[name] for act in acts] for name in ACTIVITY_SCHEMA.names[2:]}
    columns |= {"offset": rows.offset, "event_id": [act.event_id.bytes for act in rows.acts]}
    return pa.table([columns[name] for name in ACTIVITY_SCHEMA.names], schema=ACTIVITY_SCHEMA)


def each_event_once(table: pa.Table) -> Ratings:
    """Rows in offset order as ratings, without those of an event id that stood at an earlier offset.

    A withdrawal has NaN stars.
    """
    starts, ends = _records(table["offset"].to_numpy())
    ids = np.array(_event_ids(table, starts), dtype="S16")
    _, first = np.unique(ids, return_index=True)  # the first occurrence of each
    is_first = np.zeros(len(starts), bool)
    is_first[first] = True
    keep = np.repeat(is_first, ends - starts)
    user, movie, rating, at = (table[name].to_numpy()[keep] for name in ("user_id", "movie_id", "rating", "rated_at"))
    return Ratings(user, movie, rating, at)


def events_of(table: pa.Table) -> Iterator[LoggedEvent]:
    """Each event in a table, in the order of the rows."""
    if "event" in table.column_names:
        return _movie_events(table)
    return _acts(table) if "kind" in table.column_names else _rating_events(table)


def _acts(table: pa.Table) -> Iterator[LoggedEvent]:
    for row in table.to_pylist():
        identity = row.pop("event_id")
        act = UserActed.model_validate(row | {"event_id": UUID(bytes=identity)})
        yield LoggedEvent(row["offset"], identity, act.model_dump_json().encode())


def _movie_events(table: pa.Table) -> Iterator[LoggedEvent]:
    for offset, event in zip(table["offset"].to_pylist(), table["event"].to_pylist(), strict=True):
        yield LoggedEvent(offset, event.encode(), event.encode())


def _rating_events(table: pa.Table) -> Iterator[LoggedEvent]:
    offsets = table["offset"].to_numpy()
    starts, ends = _records(offsets)
    user, movie, rating, at = (table[name].to_numpy() for name in ("user_id", "movie_id", "rating", "rated_at"))
    for start, end, identity in zip(starts.tolist(), ends.tolist(), _event_ids(table, starts), strict=True):
        event = MoviesRated(
            event_id=UUID(bytes=identity),
            user_id=int(user[start]),
            movie_id=tuple(movie[start:end].tolist()),
            rating=tuple(None if isnan(stars) else stars for stars in rating[start:end].tolist()),
            rated_at_ms=tuple(at[start:end].tolist()),
        )
        yield LoggedEvent(int(offsets[start]), identity, event.model_dump_json().encode())


def _records(offsets: IntArray) -> tuple[IntArray, IntArray]:
    """Where each record's rows begin and end, in rows sorted by offset."""
    if not len(offsets):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    starts = np.flatnonzero(np.r_[True, offsets[1:] != offsets[:-1]])
    return starts, np.r_[starts[1:], len(offsets)].astype(np.int64)


def _event_ids(table: pa.Table, starts: IntArray) -> list[Any]:
    """The event ids, as bytes, of the records that begin at some rows."""
    return table["event_id"].take(pa.array(starts)).cast(pa.binary()).to_pylist()  # type: ignore[no-any-return]  # pyarrow is untyped
