"""EASE^R: the item-to-item matrix that rebuilds the ratings best without looking at the movie itself (Steck 2019)."""

import numpy as np
from scipy import linalg, sparse

from marquee.arrays import Float32Array
from marquee.retrieval.config import EaseConfig
from marquee.retrieval.neighbours import most_rated, top_links


def fit(x: sparse.csr_array, config: EaseConfig) -> sparse.csr_array:
    """Fit B with score(q) = q B and diag(B) = 0.

    Args:
        x: (n_users, n_movies) float32, non-negative.
    Returns:
        (n_movies, n_movies) CSR; empty if no movie has enough ratings.
    """
    counts = np.bincount(x.indices, minlength=x.shape[1]).astype(np.float32)
    n_raters = int((np.diff(x.indptr) > 0).sum())
    is_dual = n_raters < min(int((counts >= config.min_ratings).sum()), config.max_movies)
    at_most = x.shape[1] if is_dual else config.max_movies
    active = most_rated(counts, at_least=config.min_ratings, at_most=at_most)
    if not len(active):
        return sparse.csr_array((x.shape[1], x.shape[1]), dtype=np.float32)
    x = x[:, active]
    if is_dual:
        z, p_diagonal = dual_parts(x, config.reg)
        by_movie, scale = x.T.tocsr(), config.reg * p_diagonal

        def weights_of(part: slice) -> Float32Array:
            weights: Float32Array = (by_movie[part] @ z) / scale
            return weights

        return top_links(weights_of, active, n_movies=len(counts), top=config.neighbours)
    dense = primal(x, config.reg)
    return top_links(lambda part: dense[part].copy(), active, n_movies=len(counts), top=config.neighbours)


def primal(x: sparse.csr_array, reg: float) -> Float32Array:
    """(m, m): P = (X'X + reg I)^-1, B_ij = -P_ij / P_jj off the diagonal."""
    gram = (x.T @ x).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += reg
    factor = linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    p = linalg.cho_solve(factor, np.eye(len(gram), dtype=np.float32), overwrite_b=True, check_finite=False)
    weights: Float32Array = p / -np.diag(p)
    weights[np.diag_indices_from(weights)] = 0
    return weights


def dual_parts(x: sparse.csr_array, reg: float) -> tuple[Float32Array, Float32Array]:
    """Z = (XX' + reg I)^-1 X, (u, m), and diag P = (1 - colsum(Z o X)) / reg, (m,).

    Then B_ij = (X'Z)_ij / (reg P_jj) off the diagonal: the primal solution at the cost of the users.
    """
    kernel = (x @ x.T).toarray().astype(np.float32)
    kernel[np.diag_indices_from(kernel)] += reg
    z = linalg.cho_solve(linalg.cho_factor(kernel, lower=True), x.toarray()).astype(np.float32)
    explained = np.asarray(x.multiply(z).sum(axis=0)).ravel()
    return z, ((1 - explained) / reg).astype(np.float32)
