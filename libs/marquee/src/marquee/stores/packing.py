"""How histories, dismissals and weekly counts are packed into Redis values: little-endian rows, canonical order."""

from collections.abc import Iterable, Mapping

import numpy as np

from marquee.state.item_stats import ItemStats
from marquee.state.ratings import Ratings, UserState

USER_ROW = np.dtype([("movie_id", "<i8"), ("rated_at", "<i8"), ("half_stars", "u1")])
DISMISSED_ROW = np.dtype([("movie_id", "<i8"), ("at", "<i8")])
WEEK_ROW = np.dtype([("week", "<i4"), ("n", "<i4"), ("half_stars", "<i4"), ("positives", "<i4")])


def pack_users(ratings: Ratings) -> dict[int, bytes]:
    """One value per user, rows oldest first by (rated_at, movie_id); equal histories give equal bytes.

    Args:
        ratings: one row per user and movie.
    """
    order = np.lexsort((ratings.movie_id, ratings.rated_at, ratings.user_id))
    rows = np.empty(len(order), USER_ROW)
    rows["movie_id"] = ratings.movie_id[order]
    rows["rated_at"] = ratings.rated_at[order]
    rows["half_stars"] = (ratings.rating[order] * 2).round()
    return _cut(ratings.user_id[order], rows)


def unpack_user(value: bytes | None) -> UserState:
    """A user's history; an unknown user (None) has an empty one."""
    rows = np.frombuffer(value or b"", USER_ROW)
    return UserState(
        rows["movie_id"].astype(np.int64), rows["half_stars"] * np.float32(0.5), rows["rated_at"].astype(np.int64)
    )


def unpack_users(values: Mapping[int, bytes | None]) -> Ratings:
    """Several users' histories as one table. Empty in, empty out."""
    rows = np.frombuffer(b"".join(value or b"" for value in values.values()), USER_ROW)
    lengths = [len(value or b"") // USER_ROW.itemsize for value in values.values()]
    user_id = np.repeat(np.fromiter(values.keys(), np.int64, len(values)), np.array(lengths, np.int64))
    return Ratings(
        user_id,
        rows["movie_id"].astype(np.int64),
        rows["half_stars"] * np.float32(0.5),
        rows["rated_at"].astype(np.int64),
    )


def pack_dismissed(dismissed: Mapping[int, int]) -> bytes:
    """A user's dismissed movies: when, in Unix milliseconds, by movie id; rows by movie id. Nothing gives no bytes."""
    rows = np.empty(len(dismissed), DISMISSED_ROW)
    rows["movie_id"] = sorted(dismissed)
    rows["at"] = [dismissed[movie_id] for movie_id in sorted(dismissed)]
    return rows.tobytes()


def unpack_dismissed(value: bytes | None) -> dict[int, int]:
    """The inverse; a user without dismissed movies (None) has none."""
    rows = np.frombuffer(value or b"", DISMISSED_ROW)
    return dict(zip(rows["movie_id"].tolist(), rows["at"].tolist(), strict=True))


def pack_weeks(stats: ItemStats) -> dict[int, bytes]:
    """One value per movie, rows by week.

    Args:
        stats: summed, that is sorted by movie and week.
    """
    rows = np.empty(len(stats), WEEK_ROW)
    for column in ("week", "n", "half_stars", "positives"):
        rows[column] = getattr(stats, column)
    return _cut(stats.movie_id, rows)


def unpack_weeks(values: Iterable[tuple[int, bytes | None]]) -> ItemStats:
    """Several movies' weekly counts as one table, rows in the order given."""
    pairs = [(movie_id, value or b"") for movie_id, value in values]
    rows = np.frombuffer(b"".join(value for _, value in pairs), WEEK_ROW)
    lengths = np.array([len(value) // WEEK_ROW.itemsize for _, value in pairs], np.int64)
    movie_id = np.repeat(np.fromiter((movie_id for movie_id, _ in pairs), np.int64, len(pairs)), lengths)
    return ItemStats(movie_id, *(rows[column].astype(np.int32) for column in ("week", "n", "half_stars", "positives")))


def total_weeks(values: Mapping[int, bytes]) -> dict[int, tuple[int, int, int]]:
    """Each movie's ratings, half stars and ratings of 4 stars or more over all its weeks; no bytes count as nothing."""
    rows = np.frombuffer(b"".join(values.values()), WEEK_ROW)
    ends = np.cumsum([len(value) // WEEK_ROW.itemsize for value in values.values()], dtype=np.int64)
    sums = [np.r_[0, np.cumsum(rows[column], dtype=np.int64)] for column in ("n", "half_stars", "positives")]
    totals = [np.diff(column[np.r_[0, ends]]).tolist() for column in sums]
    return dict(zip(values, zip(*totals, strict=True), strict=True))


def _cut(
    ids: np.ndarray[tuple[int], np.dtype[np.int64]], rows: np.ndarray[tuple[int], np.dtype[np.void]]
) -> dict[int, bytes]:
    """Equal neighbouring ids become one value."""
    if not len(ids):
        return {}
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    ends = np.r_[starts[1:], len(ids)]
    return {int(ids[start]): rows[start:end].tobytes() for start, end in zip(starts, ends, strict=True)}
