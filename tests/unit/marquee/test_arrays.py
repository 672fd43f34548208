"""Entries: the places of many rows in one flat array, as slicing row by row finds them; and distinct rows."""

import numpy as np
import pytest

from marquee.arrays import distinct, entries_of

START = np.array([0, 2, 2, 5, 6])


@pytest.mark.parametrize("rows", [[0, 1, 2, 3], [3, 0], [2, 2], [1], []], ids=str)
def test_the_entries_of_rows_are_their_slices_one_after_the_other(rows: list[int]) -> None:
    flat = np.arange(START[-1]) * 10

    found = flat[entries_of(START, np.array(rows, np.intp))]

    assert found.tolist() == [each for row in rows for each in flat[START[row] : START[row + 1]].tolist()]


def test_entries_can_be_counted_from_starts_of_any_integer_type() -> None:
    found = entries_of(START.astype(np.int32), np.array([2, 0], np.intp))

    assert found.dtype == np.intp
    assert found.tolist() == [2, 3, 4, 0, 1]


@pytest.mark.parametrize("rows", [[], [4], [3, 1, 3, 3, 0, 1], [2, 2, 2]], ids=str)
def test_distinct_rows_are_each_given_once_and_ascend(rows: list[int]) -> None:
    assert distinct(np.array(rows, np.intp)).tolist() == sorted(set(rows))
