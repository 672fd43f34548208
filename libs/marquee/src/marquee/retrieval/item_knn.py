"""ItemKNN: shrunk cosine between the sets of people who liked two movies (Sarwar et al. 2001)."""

import numpy as np
from scipy import sparse

from marquee.retrieval.config import ItemKnnConfig
from marquee.retrieval.neighbours import most_rated, top_links
from marquee.sparse import sparse_product


def fit(liked: sparse.csr_array, config: ItemKnnConfig) -> sparse.csr_array:
    """Weights |A and B| / (sqrt(|A| |B|) + shrink) between movies.

    Where likes count less than 1, their sum takes the place of |A|, and a user's two likes count as a pair by their
    geometric mean.

    Args:
        liked: (n_users, n_movies) float32, what each like counts: above 0, at most 1.
    Returns:
        (n_movies, n_movies) CSR, all weights >= 0.
    """
    counts = np.bincount(liked.indices, minlength=liked.shape[1]).astype(np.float32)
    active = most_rated(counts, at_least=1, at_most=config.max_movies)
    x = liked[:, active]
    norm = np.sqrt(x.sum(axis=0))
    x.data = np.sqrt(x.data)
    by_movie = x.T.tocsr()

    def weights_of(part: slice) -> sparse.csr_array:
        both = sparse_product(by_movie[part], x)
        both.data /= np.repeat(norm[part], np.diff(both.indptr)) * norm[both.indices] + np.float32(config.shrink)
        return both

    return top_links(weights_of, active, n_movies=liked.shape[1], top=config.neighbours)
