"""Slices and products of CSR arrays, without what scipy does around its own compiled functions.

A ranking takes a dozen of them, each of a few thousand entries: checks of types of indices, of format and shape of what
scipy has just made itself take longer than the functions. Here these are called directly, and give what scipy's own
operators give, to the bit; what does not suit them is left to the operators.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import _sparsetools as compiled

from marquee.arrays import Float32Array

PRINTED = 50
"""Entries that `str` shows, as of any other of scipy's arrays."""


def unchecked_csr(
    data: Float32Array, indices: NDArray[Any], indptr: NDArray[Any], shape: tuple[int, int]
) -> sparse.csr_array:
    """A CSR array of these parts, which are taken to fit: both kinds of indices of one type, int32 or int64."""
    made = sparse.csr_array.__new__(sparse.csr_array)
    made._shape, made.maxprint = shape, PRINTED
    made.data, made.indices, made.indptr = data, indices, indptr
    return made


def rows_of(matrix: sparse.csr_array, rows: NDArray[np.intp]) -> sparse.csr_array:
    """`matrix[rows]`, for rows from 0 on."""
    indptr, kind, count = matrix.indptr, matrix.indices.dtype, len(rows)
    if not count or indptr.dtype != kind:
        return matrix[rows]
    start = np.zeros(count + 1, kind)
    np.cumsum(indptr[rows + 1] - indptr[rows], out=start[1:])
    indices, data = np.empty(start[-1], kind), np.empty(start[-1], matrix.data.dtype)
    compiled.csr_row_index(count, rows.astype(kind), indptr, matrix.indices, matrix.data, indices, data)
    return unchecked_csr(data, indices, start, (count, matrix.shape[1]))


def columns_of(matrix: sparse.csr_array, columns: NDArray[np.integer[Any]]) -> sparse.csr_array:
    """`matrix[:, columns]`, for ascending columns from 0 on."""
    kind, count, (n_rows, n_columns) = matrix.indices.dtype, len(columns), matrix.shape
    if not count or matrix.indptr.dtype != kind:
        return matrix[:, columns]
    wanted, ends = columns.astype(kind), np.zeros(n_columns, kind)
    start = np.empty_like(matrix.indptr)
    compiled.csr_column_index1(count, wanted, n_rows, n_columns, matrix.indptr, matrix.indices, ends, start)
    indices, data = np.empty(start[-1], kind), np.empty(start[-1], matrix.data.dtype)
    order = np.arange(count, dtype=kind)
    compiled.csr_column_index2(order, ends, len(matrix.indices), matrix.indices, matrix.data, indices, data)
    return unchecked_csr(data, indices, start, (n_rows, count))


def product(matrix: sparse.csr_array, dense: Float32Array) -> Float32Array:
    """`matrix @ dense`, for (n, q) dense."""
    if matrix.data.dtype != dense.dtype or dense.shape[1] < 2:
        found: Float32Array = matrix @ dense
        return found
    (m, n), q = matrix.shape, dense.shape[1]
    sums = np.zeros((m, q), dense.dtype)
    compiled.csr_matvecs(m, n, q, matrix.indptr, matrix.indices, matrix.data, dense.ravel(), sums.ravel())
    return sums


def sparse_product(left: sparse.csr_array, right: sparse.csr_array) -> sparse.csr_array:
    """`left @ right`, without the pass in which scipy counts the entries first: a third of its time.

    Instead there is room for as many entries as there are cells, of which the system gives what is written to; so
    `left` is to be a block of rows.
    """
    kind, (m, n) = left.indices.dtype, (left.shape[0], right.shape[1])
    arrays = (left.indptr, left.indices, right.indptr, right.indices)
    if any(one.dtype != kind for one in arrays) or left.data.dtype != right.data.dtype or m * n > np.iinfo(kind).max:
        return left @ right
    indptr, indices, data = np.empty(m + 1, kind), np.empty(m * n, kind), np.empty(m * n, left.data.dtype)
    compiled.csr_matmat(
        m, n, left.indptr, left.indices, left.data, right.indptr, right.indices, right.data, indptr, indices, data
    )
    return unchecked_csr(data[: indptr[-1]], indices[: indptr[-1]], indptr, (m, n))


def transposed_product(matrix: sparse.csr_array, dense: Float32Array) -> Float32Array:
    """`matrix.T @ dense`, for (m, q) dense."""
    if matrix.data.dtype != dense.dtype or dense.shape[1] < 2:
        found: Float32Array = matrix.T @ dense
        return found
    (m, n), q = matrix.shape, dense.shape[1]
    sums = np.zeros((n, q), dense.dtype)
    compiled.csc_matvecs(n, m, q, matrix.indptr, matrix.indices, matrix.data, dense.ravel(), sums.ravel())
    return sums
