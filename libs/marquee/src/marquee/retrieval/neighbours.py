"""Item-to-item weights cut down to the strongest neighbours of each movie, as they are kept and served."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array, IntArray
from marquee.state.movie_table import RowArray

BLOCK_CELLS = 8_000_000
"""Dense cells worked on at once: 32 MB of float32."""


def top_links(
    weights_of: Callable[[slice], Float32Array | sparse.csr_array], active: RowArray, *, n_movies: int, top: int
) -> sparse.csr_array:
    """Keep the `top` weights of largest magnitude per source movie.

    Args:
        weights_of: returns (len(slice), m) float32, the weights from active[slice] to all active movies; as CSR if
            most of them are 0, so that the work follows the others.
        top: larger values keep weaker neighbours too, and more of them reach a user's scores.
        active: (m,) ascending catalogue rows.
    Returns:
        (n_movies, n_movies) float32 CSR, row = source, column = target, sorted indices, no diagonal.
    """
    m = len(active)
    step = max(1, BLOCK_CELLS // max(m, 1))
    data, column, lengths = [], [], np.zeros(n_movies + 1, np.int64)
    for start in range(0, m, step):
        part = slice(start, min(start + step, m))
        count, at, value = _without_diagonal(weights_of(part), start, top)
        lengths[active[part] + 1] = count
        data.append(value)
        column.append(active[at].astype(np.int32))
    if not data:
        return sparse.csr_array((n_movies, n_movies), dtype=np.float32)
    flat = (np.concatenate(data), np.concatenate(column), np.cumsum(lengths))
    return sparse.csr_array(flat, shape=(n_movies, n_movies))


def _without_diagonal(
    weights: Float32Array | sparse.csr_array, start: int, top: int
) -> tuple[IntArray, RowArray, Float32Array]:
    """How many weights each row keeps, and their columns and values; row 0 is of the movie in column `start`."""
    if isinstance(weights, np.ndarray):
        row = np.arange(len(weights))
        weights[row, row + start] = 0
        at, value = _largest(weights, top)
        kept = value != 0
        return kept.sum(axis=1), at[kept], value[kept]
    row = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    weights.data[weights.indices == row + start] = 0
    kept = strongest(weights, top)
    return np.diff(kept.indptr), kept.indices, kept.data


def strongest(weights: sparse.csr_array, top: int) -> sparse.csr_array:
    """Each row's at most `top` entries of largest magnitude, none of them 0, by column; of equal ones the first."""
    kept, magnitude = weights.data != 0, np.abs(weights.data)
    for row in np.flatnonzero(np.diff(weights.indptr) > top):
        part = slice(weights.indptr[row], weights.indptr[row + 1])
        mine, place = magnitude[part], part.stop - part.start - top
        least = np.partition(mine, place)[place]
        kept[part] &= mine >= least
        n_over = int(np.count_nonzero(kept[part])) - top
        if n_over > 0:
            equal = np.flatnonzero(mine == least)
            kept[part][equal[np.argsort(weights.indices[part][equal])[-n_over:]]] = False
    indptr = np.concatenate([[0], np.cumsum(kept)])[weights.indptr]
    found = sparse.csr_array((weights.data[kept], weights.indices[kept], indptr), shape=weights.shape)
    found.sort_indices()
    return found


def _largest(weights: Float32Array, top: int) -> tuple[RowArray, Float32Array]:
    """(r, top) columns of each row's largest magnitudes, ascending, and their values."""
    if weights.shape[1] <= top:
        at = np.broadcast_to(np.arange(weights.shape[1]), weights.shape)
    else:
        at = np.argpartition(-np.abs(weights), top - 1, axis=1)[:, :top]
        at = np.sort(at, axis=1)
    return at, np.take_along_axis(weights, at, axis=1)


def most_rated(counts: Float32Array, *, at_least: int, at_most: int) -> RowArray:
    """Rows of the `at_most` most rated movies with `at_least` ratings, ascending; of equal counts the lower row."""
    rows = np.flatnonzero(counts >= at_least)
    if len(rows) > at_most:
        rows = np.sort(rows[np.argsort(-counts[rows], kind="stable")[:at_most]])
    return rows
