"""How well lists find what was liked: nDCG, recall and reciprocal rank of many lists at once."""

import numpy as np

from marquee.arrays import BoolArray, FloatArray, IntArray


def ndcg(is_hit: BoolArray, n_relevant: IntArray, k: int) -> FloatArray:
    """Binary nDCG@k: the sum of hit / log2(rank + 1) over the first k, divided by the largest possible sum.

    Args:
        is_hit: (l, m) bool, best first; a list of fewer than m movies ends in False.
        n_relevant: (l,) all relevant movies, ranked or not.
    Returns:
        (l,) float64, 0 to 1; 0 where nothing is relevant.
    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", TOIS 2002.
    """
    discount = 1 / np.log2(np.arange(k) + 2)
    hits = is_hit[:, :k]
    possible = np.concatenate([[0.0], np.cumsum(discount)])[np.minimum(n_relevant, k)]
    return _ratio(hits @ discount[: hits.shape[1]], possible)


def recall(is_hit: BoolArray, n_relevant: IntArray, k: int, *, of_attainable: bool = False) -> FloatArray:
    """Share of the relevant movies among the first k.

    Args:
        is_hit, n_relevant: as for `ndcg`.
        of_attainable: divide by min(k, relevant), so that the best list reaches 1 (Liang et al., "Variational
            autoencoders for collaborative filtering", WWW 2018).
    Returns:
        (l,) float64, 0 to 1; 0 where nothing is relevant.
    """
    attainable = np.minimum(n_relevant, k) if of_attainable else n_relevant
    return _ratio(is_hit[:, :k].sum(axis=1).astype(np.float64), attainable.astype(np.float64))


def reciprocal_rank(is_hit: BoolArray, k: int) -> FloatArray:
    """1 / rank of the first relevant movie among the first k; its mean over lists is the MRR@k.

    Returns:
        (l,) float64, 0 to 1; 0 without a relevant movie.
    Source: Voorhees, "The TREC-8 question answering track report", TREC 1999.
    """
    hits = is_hit[:, :k]
    if not hits.shape[1]:
        return np.zeros(len(hits))
    return np.where(hits.any(axis=1), 1 / (hits.argmax(axis=1) + 1.0), 0.0)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
