"""Folding ratings and withdrawals into histories and counts: the order of arrival decides, batches do not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from marquee.state.item_stats import ItemStats, merged
from marquee.state.ratings import Ratings, latest_per_movie
from marquee.stores.folding import fold

ROW = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 10), st.integers(0, 40))
ROWS = st.lists(ROW, max_size=40)


def ratings(rows: list[tuple[int, int, int, int]]) -> Ratings:
    user, movie, half_stars, week = np.array(rows, np.int64).reshape(-1, 4).T
    return Ratings(user, movie, (half_stars / 2).astype(np.float32), week * 7 * 86_400_000)


def rows_of(stats: ItemStats) -> list[tuple[int, ...]]:
    columns = (stats.movie_id, stats.week, stats.n, stats.half_stars, stats.positives)
    return [tuple(int(value) for value in row) for row in zip(*columns, strict=True)]


@given(ROWS, ROWS)
def test_counts_plus_the_delta_are_the_counts_of_the_resulting_histories(
    known: list[tuple[int, int, int, int]], arriving: list[tuple[int, int, int, int]]
) -> None:
    before = latest_per_movie(ratings(known))

    folded = fold(before, ratings(arriving))

    assert rows_of(merged(ItemStats.of(before), folded.delta)) == rows_of(ItemStats.of(folded.after))


@given(ROWS)
def test_folding_the_same_ratings_again_changes_nothing(
    rows: list[tuple[int, int, int, int]],
) -> None:
    once = fold(Ratings.empty(), ratings(rows))

    twice = fold(once.after, once.after)

    assert rows_of(twice.delta) == []
    np.testing.assert_array_equal(once.after.rating, twice.after.rating)


@given(ROWS)
def test_folding_keeps_each_users_newest_rating_of_a_movie(
    rows: list[tuple[int, int, int, int]],
) -> None:
    after = fold(Ratings.empty(), ratings(rows)).after

    expected: dict[tuple[int, int], int] = {}
    for user, movie, _, week in rows:
        expected[user, movie] = max(expected.get((user, movie), 0), week)
    found = dict(zip(zip(after.user_id.tolist(), after.movie_id.tolist(), strict=True), after.rated_at, strict=True))
    assert {key: int(at) // (7 * 86_400_000) for key, at in found.items()} == expected
