"""Weekly counts in few arrays: newer counts take the place of older ones, and shards add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee.state.item_stats import ItemStats, merged
from marquee.stores import week_counts
from marquee.stores.packing import WEEK_ROW, pack_weeks, unpack_weeks
from marquee.stores.week_counts import NOTHING, WeekCounts, summed

Week = tuple[int, int, int, int]
Columns = dict[int, list[Week]]
"""By movie id its weeks: week, ratings, half stars, positives."""
weeks = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5), st.integers(1, 50), st.integers(0, 5)), max_size=4)
columns = st.dictionaries(st.integers(1, 30), weeks, max_size=12)


def packed(found: Columns) -> dict[int, bytes]:
    by_week = {movie_id: list({row[0]: row for row in rows}.values()) for movie_id, rows in found.items()}
    return {movie_id: np.array(sorted(rows), WEEK_ROW).tobytes() for movie_id, rows in by_week.items()}


def rows(stats: ItemStats) -> list[tuple[int, ...]]:
    parts = (stats.movie_id, stats.week, stats.n, stats.half_stars, stats.positives)
    return [(*row,) for row in zip(*(part.tolist() for part in parts), strict=True)]


@given(columns, st.lists(columns, max_size=3))
def test_of_several_counts_of_a_movie_the_last_are_kept(first: Columns, newer: list[Columns]) -> None:
    found = NOTHING.updated([WeekCounts.of(packed(first))]).updated([WeekCounts.of(packed(each)) for each in newer])

    last = packed(first)
    for each in newer:
        last |= packed(each)
    assert found.movie_id.tolist() == sorted(last)
    assert rows(summed([found])) == rows(unpack_weeks(sorted(last.items())))


@pytest.mark.parametrize("at_once", [1, 5, 1_000])
def test_shards_add_up_however_many_rows_are_summed_at_once(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(week_counts, "SUMMED_AT_ONCE", at_once)
    rng = np.random.default_rng(at_once)
    shards = [
        ItemStats(
            rng.integers(1, 9, 40), *(rng.integers(1, 5, 40).astype(np.int32) for _ in ("week", "n", "half", "likes"))
        ).summed()
        for _ in range(3)
    ]

    found = summed([WeekCounts.of(pack_weeks(shard)) for shard in shards])

    assert rows(found) == rows(merged(*shards))


def test_no_shards_and_emptied_movies_have_no_counts() -> None:
    emptied = WeekCounts.of({7: b"", 8: b""})

    assert len(summed([])) == 0
    assert len(summed([emptied, NOTHING])) == 0
    assert emptied.movie_id.tolist() == [7, 8]


@given(st.lists(st.tuples(st.sampled_from([1, 2, 2**43 - 1, 2**53 - 1]), st.integers(0, 3)), min_size=1, max_size=20))
def test_rows_are_sorted_by_movie_and_week_for_any_id(pairs: list[tuple[int, int]]) -> None:
    movie_id, week = (np.array(column) for column in zip(*pairs, strict=True))
    ones = np.ones(len(pairs), np.int32)

    found = ItemStats(movie_id.astype(np.int64), week.astype(np.int32), ones, ones, ones).summed()

    assert list(zip(found.movie_id.tolist(), found.week.tolist(), strict=True)) == sorted(set(pairs))
    assert int(found.n.sum()) == len(pairs)
