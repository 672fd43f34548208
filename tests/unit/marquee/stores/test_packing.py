"""Packed histories and counts come out as they went in, and equal states give equal bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.state.item_stats import ItemStats, merged
from marquee.state.ratings import Ratings
from marquee.stores.packing import pack_users, pack_weeks, unpack_user, unpack_users, unpack_weeks

IDS = st.integers(1, 2**53 - 1)
TIMES = st.integers(0, 2**53 - 1)
HALF_STARS = st.integers(1, 10)
Rows = dict[tuple[int, int], tuple[int, int]]
"""Half stars and time by user and movie."""

HISTORIES = st.dictionaries(st.tuples(IDS, IDS), st.tuples(HALF_STARS, TIMES), max_size=30)


def a_table(rows: Rows) -> Ratings:
    return Ratings(
        np.array([user for user, _ in rows], np.int64),
        np.array([movie for _, movie in rows], np.int64),
        np.array([half_stars / 2 for half_stars, _ in rows.values()], np.float32),
        np.array([rated_at for _, rated_at in rows.values()], np.int64),
    )


def rows_of(table: Ratings) -> set[tuple[int, int, float, int]]:
    columns = (table.user_id, table.movie_id, table.rating, table.rated_at)
    return set(zip(*(column.tolist() for column in columns), strict=True))


@given(HISTORIES)
def test_histories_come_out_as_they_went_in(rows: Rows) -> None:
    packed = pack_users(a_table(rows))

    assert packed.keys() == {user for user, _ in rows}
    assert rows_of(unpack_users(packed)) == rows_of(a_table(rows))


@given(HISTORIES, st.randoms(use_true_random=False))
def test_equal_histories_in_any_order_give_equal_bytes(rows: Rows, rng: object) -> None:
    shuffled = list(rows.items())
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types it as object's random

    assert pack_users(a_table(dict(shuffled))) == pack_users(a_table(rows))


@given(st.dictionaries(IDS, st.tuples(HALF_STARS, TIMES), min_size=1, max_size=20))
def test_one_user_is_read_oldest_rating_first(rated: dict[int, tuple[int, int]]) -> None:
    packed = pack_users(a_table({(7, movie): given for movie, given in rated.items()}))

    state = unpack_user(packed[7])

    assert state.movie_id.tolist() == sorted(rated, key=lambda movie: (rated[movie][1], movie))
    assert [2 * stars for stars in state.rating.tolist()] == [rated[movie][0] for movie in state.movie_id.tolist()]


def test_an_unknown_user_has_an_empty_history() -> None:
    assert len(unpack_user(None).movie_id) == 0
    assert len(unpack_users({1: None, 2: b""})) == 0
    assert len(unpack_users({})) == 0


def test_nothing_packs_to_nothing() -> None:
    assert pack_users(Ratings.empty()) == {}
    assert pack_weeks(ItemStats.of(Ratings.empty())) == {}
    assert len(unpack_weeks([])) == 0


@given(HISTORIES)
def test_weekly_counts_come_out_as_they_went_in(rows: Rows) -> None:
    stats = merged(ItemStats.of(a_table({key: (stars, at % 2**50) for key, (stars, at) in rows.items()})))

    found = unpack_weeks(pack_weeks(stats).items())

    for column in ("movie_id", "week", "n", "half_stars", "positives"):
        assert getattr(found, column).tolist() == getattr(stats, column).tolist()


@given(HISTORIES)
def test_a_rating_takes_17_bytes_and_a_movies_week_16(rows: Rows) -> None:
    table = a_table({key: (stars, at % 2**50) for key, (stars, at) in rows.items()})
    stats = merged(ItemStats.of(table))

    assert sum(map(len, pack_users(table).values())) == 17 * len(rows)
    assert sum(map(len, pack_weeks(stats).values())) == 16 * len(stats)
