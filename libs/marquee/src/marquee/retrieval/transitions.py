"""Item-to-item transitions: what people rate soon after a movie, in the order they rate."""

import numpy as np
from scipy import sparse

from marquee.retrieval.config import TransitionsConfig
from marquee.retrieval.interactions import Interactions
from marquee.retrieval.neighbours import most_rated, top_links
from marquee.state.ratings import POSITIVE


def fit(data: Interactions, config: TransitionsConfig) -> sparse.csr_array:
    """Weights sum of decay^(gap-1) over pairs at most `window` ratings apart whose second movie was liked.

    They are divided by (raters of the first + shrink) and by (raters of the second)^discount, so that popular movies
    do not win everywhere.

    Returns:
        (n_movies, n_movies) CSR, all weights >= 0.
    """
    n = data.n_movies
    counts = np.bincount(data.row, minlength=n).astype(np.float32)
    pairs = sparse.csr_array((n, n), dtype=np.float32)
    for gap in range(1, config.window + 1):
        first, second = data.row[:-gap], data.row[gap:]
        follows = (data.user[gap:] == data.user[:-gap]) & (data.rating[gap:] >= POSITIVE)
        weight = np.full(int(follows.sum()), config.decay ** (gap - 1), np.float32)
        pairs = pairs + sparse.csr_array((weight, (first[follows], second[follows])), shape=(n, n))
    active = most_rated(counts, at_least=1, at_most=config.max_movies)
    among = pairs[active][:, active]
    raters = counts[active]

    discount = raters ** np.float32(config.discount)

    def weights_of(part: slice) -> sparse.csr_array:
        follows = among[part]
        follows.data /= np.repeat(raters[part] + np.float32(config.shrink), np.diff(follows.indptr))
        follows.data /= discount[follows.indices]
        return follows

    return top_links(weights_of, active, n_movies=n, top=config.neighbours)
