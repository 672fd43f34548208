"""EASE^R: the item-to-item matrix that rebuilds the ratings best without looking at the movie itself (Steck 2019)."""

import numpy as np
from scipy import linalg, sparse
from scipy.linalg import lapack

from marquee.arrays import Float32Array
from marquee.retrieval import ease_rest
from marquee.retrieval.config import EaseConfig
from marquee.retrieval.neighbours import most_rated, strongest, top_links
from marquee.sparse import sparse_product
from marquee.state.movie_table import RowArray

BLOCK = 1_000
"""Rows of a symmetric matrix worked on at once."""


def fit(x: sparse.csr_array, config: EaseConfig) -> sparse.csr_array:
    """Fit B with score(q) = q B and diag(B) = 0.

    If neither the movies nor the users are few enough for all of it, the rarer movies are predicted from the most rated
    ones and predict nothing: see `ease_rest`.

    Args:
        x: (n_users, n_movies) float32, non-negative.
    Returns:
        (n_movies, n_movies) CSR; empty if no movie has enough ratings.
    """
    counts = np.bincount(x.indices, minlength=x.shape[1]).astype(np.float32)
    n_raters = int((np.diff(x.indptr) > 0).sum())
    every = most_rated(counts, at_least=config.min_ratings, at_most=x.shape[1])
    often = most_rated(counts, at_least=config.min_ratings, at_most=config.max_movies)
    if not len(often):
        return sparse.csr_array((x.shape[1], x.shape[1]), dtype=np.float32)
    if n_raters < len(often):
        return _of_few_users(x, every, config)
    among = x[:, often]
    gram = gram_of(among)
    rest = np.setdiff1d(every, often, assume_unique=True)
    to_rest = ease_rest.fit(among, x[:, rest], gram, config).tocoo()
    p = inverse(gram, config.reg)
    diagonal = np.diag(p).copy()
    links = top_links(lambda part: p[part] / -diagonal, often, n_movies=x.shape[1], top=config.neighbours)
    if not to_rest.nnz:
        return links
    at = (often[to_rest.row], rest[to_rest.col])
    return strongest(links + sparse.csr_array((to_rest.data, at), shape=links.shape), config.neighbours)


def _of_few_users(x: sparse.csr_array, active: RowArray, config: EaseConfig) -> sparse.csr_array:
    """EASE of these movies at the cost of the users."""
    among = x[:, active]
    z, p_diagonal = dual_parts(among, config.reg)
    by_movie, scale = among.T.tocsr(), config.reg * p_diagonal

    def weights_of(part: slice) -> Float32Array:
        weights: Float32Array = (by_movie[part] @ z) / scale
        return weights

    return top_links(weights_of, active, n_movies=x.shape[1], top=config.neighbours)


def gram_of(x: sparse.csr_array) -> Float32Array:
    """(m, m) X'X; half of it is computed."""
    m = x.shape[1]
    gram, by_movie = np.empty((m, m), np.float32), x.T.tocsr()
    for start in range(0, m, BLOCK):
        end = min(start + BLOCK, m)
        gram[start:end, :end] = sparse_product(by_movie[start:end], x[:, :end]).toarray()
        gram[:start, start:end] = gram[start:end, :start].T
    return gram


def inverse(gram: Float32Array, reg: float) -> Float32Array:
    """(m, m) P = (X'X + reg I)^-1, of which B_ij = -P_ij / P_jj off the diagonal; `gram` is overwritten.

    Raises:
        LinAlgError: the sum is not positive definite.
    """
    gram[np.diag_indices_from(gram)] += reg
    factor, is_wrong = lapack.spotrf(gram.T, lower=1, clean=0, overwrite_a=1)
    upper, is_singular = lapack.spotri(factor, lower=1, overwrite_c=1)
    if is_wrong or is_singular:
        raise linalg.LinAlgError("the ratings' products are not positive definite")
    p: Float32Array = upper.T  # LAPACK's lower triangle, by columns, is our upper one
    for start in range(0, len(p), BLOCK):
        part = slice(start, start + BLOCK)
        p[part, part] = np.triu(p[part, part]) + np.triu(p[part, part], 1).T
        p[part.stop :, part] = p[part, part.stop :].T
    return p


def dual_parts(x: sparse.csr_array, reg: float) -> tuple[Float32Array, Float32Array]:
    """Z = (XX' + reg I)^-1 X, (u, m), and diag P = (1 - colsum(Z o X)) / reg, (m,).

    Then B_ij = (X'Z)_ij / (reg P_jj) off the diagonal: the primal solution at the cost of the users.
    """
    kernel = (x @ x.T).toarray().astype(np.float32)
    kernel[np.diag_indices_from(kernel)] += reg
    z = linalg.cho_solve(linalg.cho_factor(kernel, lower=True), x.toarray()).astype(np.float32)
    explained = np.asarray(x.multiply(z).sum(axis=0)).ravel()
    return z, ((1 - explained) / reg).astype(np.float32)
