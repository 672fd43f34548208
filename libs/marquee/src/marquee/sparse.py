"""Slices and products of small CSR arrays, without the checks that scipy makes of every result.

A ranking takes a dozen of them, each of a few thousand entries: what scipy does around its own compiled functions
(types of indices, format and shape of what it has just made itself) takes longer than these. Here they are called
directly, and give what scipy's own operators give, to the bit; what does not suit them is left to the operators.
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


def transposed_product(matrix: sparse.csr_array, dense: Float32Array) -> Float32Array:
    """`matrix.T @ dense`, for (m, q) dense."""
    if matrix.data.dtype != dense.dtype or dense.shape[1] < 2:
        found: Float32Array = matrix.T @ dense
        return found
    (m, n), q = matrix.shape, dense.shape[1]
    sums = np.zeros((n, q), dense.dtype)
    compiled.csc_matvecs(n, m, q, matrix.indptr, matrix.indices, matrix.data, dense.ravel(), sums.ravel())
    return sums
