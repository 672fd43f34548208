"""RP3beta: three-step random walks whose popular ends are discounted (Christoffel et al. 2015, Paudel et al. 2017)."""

import numpy as np
from scipy import sparse

from marquee.retrieval.config import Rp3BetaConfig
from marquee.retrieval.neighbours import most_rated, top_links
from marquee.sparse import sparse_product


def fit(liked: sparse.csr_array, config: Rp3BetaConfig) -> sparse.csr_array:
    """Weights sum_u P(i->u)^alpha P(u->j)^alpha / degree(j)^beta.

    Where likes count less than 1, a degree is their sum, and what a like counts is a factor of its two probabilities'
    powers.

    Args:
        liked: (n_users, n_movies) float32, what each like counts: above 0, at most 1.
    Returns:
        (n_movies, n_movies) CSR, all weights >= 0.
    """
    counts = np.bincount(liked.indices, minlength=liked.shape[1]).astype(np.float32)
    active = most_rated(counts, at_least=1, at_most=config.max_movies)
    x = liked[:, active]
    degree = x.sum(axis=0)
    of_user = x.sum(axis=1)
    of_user[of_user == 0] = 1
    from_user = sparse.diags_array(of_user**-config.alpha) @ x
    to_user = (sparse.diags_array(degree**-config.alpha) @ x.T).tocsr()
    discount = degree**-config.beta

    def weights_of(part: slice) -> sparse.csr_array:
        walks = sparse_product(to_user[part], from_user)
        walks.data *= discount[walks.indices]
        return walks

    return top_links(weights_of, active, n_movies=liked.shape[1], top=config.neighbours)
