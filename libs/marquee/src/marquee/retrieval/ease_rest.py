"""EASE for the movies beyond the most rated ones: each is predicted from the few of these that it is most like.

A column of EASE is a ridge regression of one movie's ratings on all others'. Where these are too many for one inverse,
the columns of the rarer movies are solved each on its own, on as few predictors as a rare movie can tell apart: SLIM
with its features selected by cosine (Ning and Karypis 2011), with EASE's penalty. A rarer movie predicts nothing.
"""

import numpy as np
from scipy import sparse

from marquee.arrays import Float32Array
from marquee.retrieval.config import EaseConfig
from marquee.retrieval.neighbours import strongest
from marquee.sparse import sparse_product

MOVIES_AT_ONCE = 1_000
"""Solved in one call: 10 MB of matrices with 50 predictors."""


def fit(often: sparse.csr_array, rest: sparse.csr_array, gram: Float32Array, config: EaseConfig) -> sparse.csr_array:
    """Weights from the most rated movies to the others.

    Args:
        often, rest: (n_users, m) and (n_users, r) float32, the ratings of both. gram: (m, m), often' often.
    Returns:
        (m, r) CSR with at most `config.predictors` entries per column.
    """
    by_movie, length = rest.T.tocsr(), np.sqrt(np.diag(gram))
    parts = [sparse.csr_array((0, often.shape[1]), dtype=np.float32)]
    for start in range(0, rest.shape[1], MOVIES_AT_ONCE):
        both = sparse_product(by_movie[start : start + MOVIES_AT_ONCE], often)
        cosine = sparse.csr_array((both.data / length[both.indices], both.indices, both.indptr), shape=both.shape)
        parts.append(_solved(strongest(cosine, config.predictors), length, gram, config))
    return sparse.vstack(parts, format="csr").T.tocsr()


def _solved(cosine: sparse.csr_array, length: Float32Array, gram: Float32Array, config: EaseConfig) -> sparse.csr_array:
    """(r, m) CSR, the ridge regressions of each row's movie on its entries' movies.

    Rows with fewer entries than others are filled up with predictors that have no rating in common with anything.
    """
    count = np.diff(cosine.indptr)
    width = int(count.max(initial=0))
    is_used = np.arange(width) < count[:, np.newaxis]
    predictor = np.zeros(is_used.shape, np.intp)
    predictor[is_used] = cosine.indices
    together = np.zeros(is_used.shape, np.float32)
    together[is_used] = cosine.data * length[cosine.indices]
    among = gram[predictor[:, :, np.newaxis], predictor[:, np.newaxis, :]]
    among *= is_used[:, :, np.newaxis] & is_used[:, np.newaxis, :]
    among[:, np.arange(width), np.arange(width)] += np.float32(config.reg)
    weight = np.linalg.solve(among, together[:, :, np.newaxis])[:, :, 0]
    return sparse.csr_array((weight[is_used], cosine.indices, cosine.indptr), shape=cosine.shape)
