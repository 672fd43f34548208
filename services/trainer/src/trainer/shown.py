"""Many lists at once: which movies they have, where the liked ones stand, and means over the movies of each list."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from marquee.arrays import BoolArray, FloatArray, IntArray
from marquee.state.movie_table import RowArray

Rows = RowArray | Sequence[int]
"""Catalogue rows of one list."""


def membership(lists: Sequence[Rows], n_movies: int) -> sparse.csr_array:
    """(l, n_movies) float64, 1 where a list has the movie; the movies of one list are all different."""
    list_of, row = _flat(lists)
    end = np.searchsorted(list_of, np.arange(len(lists) + 1))
    return sparse.csr_array((np.ones(len(row)), row, end), shape=(len(lists), n_movies))


def length(is_in: sparse.csr_array) -> IntArray:
    """(l,) number of movies of each list."""
    count: IntArray = np.diff(is_in.indptr).astype(np.int64)
    return count


def mean_of_lists(is_in: sparse.csr_array, values: FloatArray) -> FloatArray:
    """Mean of a movie's value over each list.

    Args:
        is_in: (l, n) as of `membership`. values: (n,) by catalogue row.
    Returns:
        (l,) float64; NaN for an empty list.
    """
    count = length(is_in)
    mean: FloatArray = np.divide(is_in @ values, count, out=np.full(len(count), np.nan), where=count > 0)
    return mean


def hits_of(lists: Sequence[Rows], wanted: Sequence[Rows], k: int) -> BoolArray:
    """(l, k) bool, which of the first k of each list, best first, are wanted; False after the end of a shorter one.

    Args:
        lists, wanted: catalogue rows, one of each per list.
    """
    list_of, row = _flat([one[:k] for one in lists])
    wanted_by, wanted_row = _flat(wanted)
    n = 1 + max(row.max(initial=0), wanted_row.max(initial=0))
    is_hit = np.zeros((len(lists), k), bool)
    place = np.arange(len(row)) - np.searchsorted(list_of, list_of)
    is_hit[list_of, place] = np.isin(list_of * n + row, wanted_by * n + wanted_row)
    return is_hit


def _flat(lists: Sequence[Rows]) -> tuple[RowArray, RowArray]:
    """The number of the list and the catalogue row of every entry, list after list."""
    rows = [np.asarray(one, np.intp) for one in lists]
    return np.repeat(np.arange(len(rows)), [len(one) for one in rows]), np.concatenate([np.empty(0, np.intp), *rows])
