"""Orders by several keys, against numpy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marquee import sorting
from marquee.sorting import FEW, lexsorted

SPANS = (1, 2, 50, 20_000, 1 << 40, 1 << 61)
"""From keys of one value only to one that fits into no number beside a row's place."""


@given(st.lists(st.sampled_from(SPANS), min_size=1, max_size=4), st.integers(0, 2**32), st.integers(-5, 5))
def test_the_order_is_that_of_numpy(spans: list[int], seed: int, least: int) -> None:
    rng = np.random.default_rng(seed)
    keys = [rng.integers(least, least + span, FEW + 7) for span in spans]

    assert np.array_equal(lexsorted(*keys), np.lexsort(keys))


@pytest.mark.parametrize("n_rows", [0, 1, 2, 3])
def test_so_is_that_of_hardly_any_rows(n_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [np.arange(n_rows)[::-1] // 2, np.zeros(n_rows, np.int64)]
    expected = np.lexsort(keys)

    assert np.array_equal(lexsorted(*keys), expected)
    if n_rows:
        monkeypatch.setattr(sorting, "FEW", 0)
        assert np.array_equal(lexsorted(*keys), expected)


def test_keys_at_both_ends_of_what_there_are_numbers_for() -> None:
    ends = np.tile(np.array([-(2**63), 2**63 - 1, 0]), FEW)

    assert np.array_equal(lexsorted(ends), np.lexsort((ends,)))
