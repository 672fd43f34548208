"""Packing: header and arrays come back equal, whatever their shapes."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ranker.pinning.packing import packed, unpacked

ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=5),
    hnp.arrays(st.sampled_from([np.uint8, np.int32, np.float64]), hnp.array_shapes(min_dims=1, max_dims=2, min_side=0)),
    max_size=4,
)


@given(ARRAYS, st.dictionaries(st.sampled_from("abc"), st.text() | st.integers(0, 99) | st.none(), max_size=3))
def test_what_is_unpacked_equals_what_was_packed(arrays: dict[str, Any], header: dict[str, Any]) -> None:
    head, found = unpacked(packed(header, arrays))

    assert head == header
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_an_array_that_is_a_view_of_another_is_packed_as_it_looks() -> None:
    table = np.arange(12, dtype=np.int32).reshape(3, 4)

    _, found = unpacked(packed({}, {"columns": table.T[1:], "odd": table[:, ::2]}))

    np.testing.assert_array_equal(found["columns"], table.T[1:])
    np.testing.assert_array_equal(found["odd"], table[:, ::2])
