"""Slices and products of CSR arrays: what scipy's own operators give, to the bit."""

import numpy as np
import pytest
from scipy import sparse

from marquee.sparse import columns_of, product, rows_of, sparse_product, transposed_product

KINDS = (np.int32, np.int64)


def a_matrix(seed: int, kind: type, *, indptr: type | None = None, dtype: type = np.float32) -> sparse.csr_array:
    """Some rows of it are empty, some columns too."""
    made = sparse.random_array((30, 80), density=0.1, format="csr", rng=seed, dtype=dtype)
    made.indices, made.indptr = made.indices.astype(kind), made.indptr.astype(indptr or kind)
    return made


def is_same(one: sparse.csr_array, other: sparse.csr_array) -> bool:
    parts = ("data", "indices", "indptr")
    return one.shape == other.shape and all(np.array_equal(getattr(one, p), getattr(other, p)) for p in parts)


@pytest.mark.parametrize("rows", [[], [3], [7, 0, 7, 29], list(range(30))])
@pytest.mark.parametrize("kind", KINDS)
def test_rows_are_those_that_scipy_gives(rows: list[int], kind: type) -> None:
    matrix, wanted = a_matrix(1, kind), np.array(rows, np.intp)

    found = rows_of(matrix, wanted)

    assert is_same(found, matrix[wanted])
    assert np.array_equal(found.toarray(), matrix.toarray()[wanted])


@pytest.mark.parametrize("columns", [[], [3], [0, 9, 10, 79], list(range(80))])
@pytest.mark.parametrize("kind", KINDS)
def test_columns_are_those_that_scipy_gives(columns: list[int], kind: type) -> None:
    matrix, wanted = a_matrix(2, kind), np.array(columns, np.intp)

    found = columns_of(matrix, wanted)

    assert is_same(found, matrix[:, wanted])
    assert np.array_equal(found.toarray(), matrix.toarray()[:, wanted])


@pytest.mark.parametrize("queries", [1, 2, 36])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_are_those_of_scipys_operator_to_the_bit(queries: int, dtype: type) -> None:
    matrix, rng = a_matrix(3, np.int32, dtype=dtype), np.random.default_rng(3)
    right, left = (rng.random((side, queries), np.float32) for side in reversed(matrix.shape))

    assert np.array_equal(product(matrix, right), matrix @ right)
    assert np.array_equal(transposed_product(matrix, left), matrix.T @ left)


@pytest.mark.parametrize("rows", [slice(0, 0), slice(3, 4), slice(0, 30)])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_of_two_of_them_are_those_of_scipys_operator_to_the_bit(rows: slice, kind: type, dtype: type) -> None:
    left, right = a_matrix(6, kind, dtype=dtype), a_matrix(7, kind, dtype=np.float32).T.tocsr()

    found = sparse_product(left[rows], right)

    assert is_same(found, left[rows] @ right)
    found.sort_indices()
    assert np.allclose(found.toarray(), left[rows].toarray() @ right.toarray())


def test_two_types_of_indices_in_one_array_are_left_to_scipy() -> None:
    matrix, wanted = a_matrix(4, np.int32, indptr=np.int64), np.array([2, 5])

    assert is_same(rows_of(matrix, wanted), matrix[wanted])
    assert is_same(columns_of(matrix, wanted), matrix[:, wanted])


def test_what_was_sliced_can_be_sliced_and_multiplied_by_scipy_again() -> None:
    matrix = a_matrix(5, np.int32)
    rows, columns = np.array([4, 8, 15]), np.array([1, 40])

    found = columns_of(rows_of(matrix, rows), columns)

    assert is_same(found[[1]], matrix[rows][:, columns][[1]])
    assert np.array_equal(
        (found.T @ found).toarray(), (matrix[rows][:, columns].T @ matrix[rows][:, columns]).toarray()
    )
    assert repr(found) == repr(matrix[rows][:, columns])
